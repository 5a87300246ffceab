/** A volume that cannot be mounted: the event `FailedMount`, and the pod waits. */
export class MountError extends Error {
  override readonly name = 'MountError';
  constructor(readonly volume: string, reason: string) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${reason}`);
  }
}
