/** Everything that is built, in order. */
export const IMAGES = [
  { tag: 'gantry-guestbook:1', folder: 'examples/guestbook', args: { VERSION: '1' } },
  { tag: 'gantry-guestbook:2', folder: 'examples/guestbook', args: { VERSION: '2' } },
];
