import type { FieldSelector } from '@gantry/apimachinery';

/** What a request wants to do, in the terms that permissions are written in. */
export interface ResourceAttributes {
  readonly verb: string;
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
  /** '' for the resource itself. */
  readonly subresource: string;
  /** '' at the cluster scope. */
  readonly namespace: string;
  /** '' for a collection. */
  readonly name: string;
  /** What a list or watch is narrowed to. */
  readonly fields?: FieldSelector | undefined;
}

/** The verb of a request on a path without resource: `/version`, `/openapi/v2`. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

/** `pods/log` for a subresource, else the resource. */
export function resourceText({ resource, subresource }: ResourceAttributes): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}
