import { defaultHome, GANTRY_VERSION } from '@gantry/cluster/lifecycle';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { BuildFlags } from './commands/image-config.js';
import type { GarbageFlags, ImageOptions, PullFlags } from './commands/image.js';
import type { KubeconfigOptions } from './commands/kubeconfig.js';
import type { RestoreOptions } from './commands/snapshot.js';
import type { UpOptions } from './commands/up.js';
import type { CommonOptions } from './options.js';

/** The `gantry` command. Each action loads its own code: a `status` does not pay for a start. */
export function buildProgram(): Command {
  const program = new Command('gantry').description('A Kubernetes-compatible cluster on this machine').version(GANTRY_VERSION, '-V, --version').exitOverride().showHelpAfterError('run with --help for the options');
  addStart(program.command('up').description('start a cluster, or start a stopped one again; in the foreground unless --detach').option('-d, --detach', 'return when the cluster is ready'), {});
  addStart(program.command('start').description('start a stopped cluster again, in the background'), { detach: true });
  common(program.command('stop').description('end the pods with their grace and the control plane; keep all objects')).action(async (options: CommonOptions) => (await import('./commands/stop.js')).stop(options));
  common(program.command('delete').description('stop the cluster and remove all that it made on this machine')).action(async (options: CommonOptions) => (await import('./commands/delete.js')).remove(options));
  formatted(common(program.command('status').description('what runs: exit code 0 running, 3 stopped, 4 unknown'))).action(async (options: CommonOptions) => (await import('./commands/status.js')).status(options));
  formatted(common(program.command('list').description('the clusters under this home'))).action(async (options: CommonOptions) => (await import('./commands/status.js')).list(options));
  common(program.command('kubeconfig').description('print a kubeconfig with nothing but this cluster'))
    .option('--compose', "of the cluster that Docker Compose runs: merge it into kubectl's configuration")
    .option('--print', 'with --compose: print it instead')
    .action(async (options: KubeconfigOptions) => (await import('./commands/kubeconfig.js')).kubeconfig(options));
  common(program.command('logs').description("show the log of the control plane and its nodes; of one component if named"))
    .argument('[component]', 'store, api, controllers, scheduler, kubelet, proxy, dns or postgres')
    .option('-f, --follow', 'go on with what comes')
    .option('--tail <lines>', 'only the last lines', wholeNumber)
    .action(async (component: string | undefined, options: CommonOptions & { follow?: boolean; tail?: number }) => (await import('./commands/logs.js')).logs(component, options));
  addSnapshot(program.command('snapshot').description('save the state of a cluster to a file, or restore it').exitOverride());
  formatted(common(program.command('sql').description('ask the objects and their history with SQL: see docs/sql.md')))
    .argument('[query]', 'a statement; the standard input without one')
    .action(async (query: string | undefined, options: CommonOptions) => (await import('./commands/sql.js')).sql(query, options));
  addImage(program.command('image').description('the images of clusters that run containers without an engine (an engine keeps its own)').exitOverride());
  formatted(program.command('version').description('the versions of Gantry and of the API')).action(async (options: CommonOptions) => (await import('./commands/version.js')).version(options));
  return program;
}

function addSnapshot(command: Command): void {
  formatted(common(command.command('save').description('write all objects, as of one moment, to a file; the cluster may run'))).argument('<file>', 'where to; - is standard output')
    .action(async (file: string, options: CommonOptions) => (await import('./commands/snapshot.js')).save(file, options));
  formatted(common(command.command('restore').description('put a saved state in the place of that of a stopped cluster, or of a new one'))).argument('<file>', 'what "snapshot save" wrote; - is standard input')
    .option('--encryption-key <file>', 'encryption.key of the cluster that was saved, for a new cluster')
    .action(async (file: string, options: RestoreOptions) => (await import('./commands/snapshot.js')).restore(file, options));
}

function addImage(command: Command): void {
  imageCommand(command.command('pull').description('fetch images from their registries')).argument('<reference...>', 'such as nginx:1 or registry.example.com/web@sha256:…')
    .option('-u, --username <name>', 'of the registry')
    .option('--password-stdin', 'read its password from the standard input')
    .action(async (references: string[], options: PullFlags) => (await import('./commands/image.js')).pull(references, options));
  imageCommand(command.command('load').description('take images from an archive of "docker save" or an OCI layout: tar, also compressed by gzip or zstd')).argument('<file>', '- is standard input')
    .action(async (file: string, options: ImageOptions) => (await import('./commands/image.js')).load(file, options));
  imageCommand(command.command('list').alias('ls').description('the images that are here')).action(async (options: ImageOptions) => (await import('./commands/image.js')).list(options));
  imageCommand(command.command('rm').alias('remove').description('remove images, or one of their names')).argument('<image...>', 'by reference or id')
    .action(async (images: string[], options: ImageOptions) => (await import('./commands/image.js')).remove(images, options));
  imageCommand(command.command('tag').description('give an image another name')).argument('<image>').argument('<reference>')
    .action(async (image: string, reference: string, options: ImageOptions) => (await import('./commands/image.js')).tag(image, reference, options));
  imageCommand(command.command('gc').description('remove unused images as a kubelet does: when the disk is 85 % full, until it is 80 % full')).option('-a, --all', 'every image that no container uses')
    .action(async (options: GarbageFlags) => (await import('./commands/image.js')).collectGarbage(options));
  addBuild(imageCommand(command.command('build').description('make an image of a folder of files')).argument('<folder>', 'becomes the root of its containers'));
}

function addBuild(command: Command): void {
  command
    .requiredOption('-t, --tag <reference>', 'its name; several times for several', gathered)
    .option('--entrypoint <command>', 'a JSON list of texts, or a line for a shell')
    .option('--cmd <command>', 'the same for what follows the entrypoint')
    .option('-e, --env <name=value>', 'a variable; several times for several', gathered)
    .option('-l, --label <name=value>', 'a label; several times for several', gathered)
    .option('--expose <port>', 'a port, such as 80 or 53/udp; several times for several', gathered)
    .option('--volume <path>', 'a volume; several times for several', gathered)
    .option('-w, --workdir <path>', 'where commands start')
    .option('-u, --user <user>', 'who runs them: a name or a number, with a group after a colon')
    .option('--stop-signal <signal>', 'what ends them, such as SIGQUIT')
    .option('--owner <uid:gid>', 'whose the files are; "keep": as in the folder', '0:0')
    .action(async (folder: string, options: ImageOptions & BuildFlags) => (await import('./commands/image.js')).build(folder, options));
}

function imageCommand(command: Command): Command {
  return formatted(command)
    .addOption(new Option('--home <folder>', "folder of all clusters' state (GANTRY_HOME)").default(defaultHome(), '~/.gantry'))
    .addOption(new Option('--images <folder>', 'folder of the images').env('GANTRY_IMAGES'));
}

function gathered(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function addStart(command: Command, fixed: { readonly detach?: boolean }): void {
  common(command)
    .option('--port <port>', 'port of the API on 127.0.0.1 (default: the remembered one, 6443 or the next that is free)', wholeNumber)
    .option('--nodes <count>', 'nodes that run containers (default: as many as at the last start, or one)', wholeNumber)
    .option('--hollow <count>', 'nodes beside them whose pods exist in their status alone (default: as at the last start, or none)', wholeNumber)
    .addOption(new Option('--runtime <runtime>', 'what runs the containers').choices(['auto', 'docker', 'oci', 'hollow']).default('auto').env('GANTRY_RUNTIME'))
    .addOption(new Option('--history-ms <milliseconds>', 'history that is kept at least (default: 300000)').env('GANTRY_STORE_HISTORY_MS').argParser(wholeNumber))
    .addOption(new Option('--history-revisions <count>', 'and this many revisions, whatever their age (default: 10000)').env('GANTRY_STORE_HISTORY_REVISIONS').argParser(wholeNumber))
    .option('--no-kubeconfig', "do not merge into kubectl's configuration")
    .option('--verbose', 'log every request to the API')
    .action(async (options: UpOptions) => (await import('./commands/up.js')).up({ ...options, ...fixed }));
}

function common(command: Command): Command {
  return command
    .exitOverride()
    .addOption(new Option('--name <name>', 'name of the cluster').default('gantry').env('GANTRY_NAME'))
    .addOption(new Option('--home <folder>', "folder of all clusters' state (GANTRY_HOME)").default(defaultHome(), '~/.gantry'));
}

function formatted(command: Command): Command {
  return command.exitOverride().addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table'));
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}
