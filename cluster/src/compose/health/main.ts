const { get } = process.getBuiltinModule('node:http');

/** A container's health check: 0 when the process in it is ready, by its own word. */
const port = process.env['GANTRY_ADMIN_PORT'] ?? '9090';
get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => process.exit(response.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1));
