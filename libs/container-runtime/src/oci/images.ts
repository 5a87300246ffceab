import { ImageError } from '@gantry/container-images';
import type { ImageStore, StoredImage } from '@gantry/container-images';
import type { ContainerRuntime, Image } from '../runtime.js';
import { RuntimeError } from '../runtime.js';

/** The images of the machine, in the words of a runtime. */
export function imageVerbs(images: ImageStore): Pick<ContainerRuntime, 'pullImage' | 'imageStatus' | 'listImages' | 'removeImage' | 'collectImageGarbage'> {
  return {
    pullImage: async (reference, credentials) => (await translated(images.pull(reference, credentials === undefined ? {} : { credentials }))).id,
    imageStatus: async (reference) => {
      const image = await translated(images.get(reference));
      return image === undefined ? undefined : describe(image);
    },
    listImages: async () => (await translated(images.list())).map(describe),
    removeImage: (id) => translated(images.remove(id)),
    collectImageGarbage: async (limits) => {
      const { wanted, short } = await translated(images.collectGarbage(limits));
      // Leftovers that went before are not counted: the disk was looked at after.
      return { wanted, freed: wanted - short };
    },
  };
}

function describe({ id, repoTags, repoDigests, size, config }: StoredImage): Image {
  return { id, repoTags, repoDigests, size, ...(config.User === undefined || config.User === '' ? {} : { user: config.User }) };
}

function translated<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => Promise.reject(translatedImageError(error)));
}

export function translatedImageError(error: unknown): unknown {
  return error instanceof ImageError ? new RuntimeError(error.code, error.message, { cause: error }) : error;
}
