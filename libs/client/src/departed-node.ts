/** On a Node: its machine was taken away for good. The node itself says so, or who has its key; a controller removes the object. */
export const DEPARTED_ANNOTATION = 'gantry.io/departed';
