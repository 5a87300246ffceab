import { RuntimeError } from '../runtime.js';
import type { Image } from '../runtime.js';
import { engineText, ignoring, isStatus, translated } from './engine.js';
import type { Engine } from './engine.js';

type Credentials = { username: string; password: string };

export interface Images {
  pull(image: string, credentials?: Credentials): Promise<string>;
  status(image: string): Promise<Image | undefined>;
  list(): Promise<Image[]>;
  remove(id: string): Promise<void>;
}

export function createImages(engine: Engine): Images {
  const status = async (image: string): Promise<Image | undefined> => {
    try {
      const info = await engine.docker.getImage(image).inspect();
      return { id: info.Id, repoTags: info.RepoTags ?? [], repoDigests: info.RepoDigests ?? [], size: info.Size, ...userOf(info.Config?.User) };
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw translated(error, 'invalid');
    }
  };
  return {
    status,
    async pull(image, credentials) {
      await pull(engine, withTag(image), credentials);
      const pulled = await status(image);
      if (pulled === undefined) throw new RuntimeError('pull-failed', `image ${image} is not there after it was pulled`);
      return pulled.repoDigests[0] ?? pulled.id;
    },
    async list() {
      const images = await engine.docker.listImages().catch((error: unknown) => Promise.reject(translated(error, 'invalid')));
      return images.map((info) => ({ id: info.Id, repoTags: info.RepoTags ?? [], repoDigests: info.RepoDigests ?? [], size: info.Size }));
    },
    remove: (id) => ignoring([404], engine.docker.getImage(id).remove({ force: false })),
  };
}

function userOf(user: string | undefined): { user?: string } {
  return user === undefined || user === '' ? {} : { user };
}

/** Without a tag the engine would pull every tag of the repository. */
export function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes('@') || last.includes(':') ? image : `${image}:latest`;
}

/** The engine answers 200 and tells of failures inside the progress that follows. */
async function pull(engine: Engine, image: string, credentials: Credentials | undefined): Promise<void> {
  try {
    const stream = await engine.docker.pull(image, credentials === undefined ? {} : { authconfig: credentials });
    await new Promise<void>((resolve, reject) => {
      engine.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    const failure = translated(error, 'pull-failed');
    throw failure.code === 'unavailable' ? failure : new RuntimeError('pull-failed', engineText(error), { cause: error });
  }
}
