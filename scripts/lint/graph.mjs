import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';
import { projectFolders } from '../bootstrap/projects.mjs';

const environment = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/**
 * Makes the Nx project graph, which the boundary rule reads from Nx's cache: without it the rule reports nothing and says
 * nothing. Throws when the graph lacks a project.
 */
export function makeGraph() {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const result = spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'graph', `--file=${file}`], { cwd: root, env: environment, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`nx graph failed:\n${result.stdout}${result.stderr}`);
    assertComplete(JSON.parse(readFileSync(file, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function assertComplete({ graph }) {
  const known = new Set(Object.values(graph.nodes).map((node) => node.data.root));
  const missing = projectFolders().filter((folder) => !known.has(folder));
  if (missing.length > 0) throw new Error(`the Nx graph lacks ${missing.join(', ')}`);
}
