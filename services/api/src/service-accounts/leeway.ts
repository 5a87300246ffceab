/** Clocks differ: times of tokens are compared with this much to spare, as upstream does. */
export const LEEWAY_SECONDS = 60;
