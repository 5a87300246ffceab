/** What an image says about the containers that are made of it: the part `config` of its configuration (OCI image specification, "Image configuration"). */
export interface ContainerDefaults {
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  /** `user`, `uid`, `user:group` or `uid:gid`; empty or absent is root. */
  readonly User?: string;
  readonly WorkingDir?: string;
  /** A name such as SIGTERM, or a number. */
  readonly StopSignal?: string;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** A machine that an image is for: `linux`, `amd64`, `arm64` and `v8`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}
