/**
 * What a node signs with its certificate's key to be let onto the bus. Bound to this use, to the API's challenge and to the bus user that is
 * asked for, so that no signature serves anything else.
 */
export function nodeProofText(challenge: string, userKey: string): Buffer {
  return Buffer.from(`gantry node credentials\n${challenge}\n${userKey}`);
}
