/** Programs for `Inside`, each a text for `node -e`. */

/** `HOST PORT [COUNT]`: asks by HTTP, each time by a new connection; prints an answer or the code of an error a line. */
export const ASK_HTTP = `
const [host, port, count = '1'] = process.argv.slice(1);
const ask = () => new Promise((done) => {
  const request = require('node:http').get({ host, port, path: '/cgi-bin/who', agent: false, timeout: 5000 }, (response) => {
    let body = ''; response.setEncoding('utf8').on('data', (text) => (body += text)).on('end', () => done(body.trim()));
  });
  request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'silence' }))).on('error', (error) => done(error.code));
});
(async () => { for (let index = 0; index < Number(count); index++) console.log(await ask()); })();`;

/** `NAME SERVER`: prints the addresses that a DNS server gives for a name, one a line. */
export const RESOLVE = `
const [name, server] = process.argv.slice(1); const resolver = new (require('node:dns').promises.Resolver)(); resolver.setServers([server]);
resolver.resolve4(name).then((addresses) => console.log(addresses.join('\\n')), (error) => console.log(error.code));`;

/** `NAME PORT`: answers datagrams with its name and the sender's address until it is ended. */
export const SERVE_UDP = `
const [name, port] = process.argv.slice(1); const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (_message, { address, port }) => socket.send(name + ' ' + address, port, address)).bind(Number(port), () => console.log('ready'));`;

/** `HOST PORT`: sends a datagram and prints the answer, or the code of an error. */
export const ASK_UDP = `
const [host, port] = process.argv.slice(1); const socket = require('node:dgram').createSocket('udp4');
const say = (text) => { console.log(text); socket.close(); clearTimeout(timer); }; const timer = setTimeout(() => say('silence'), 5000);
socket.on('message', (message) => say(String(message))).on('error', (error) => say(error.code)); socket.connect(Number(port), host, () => socket.send('?', (error) => error && say(error.code)));`;

/** `HOST PORT`: connects and prints what it is sent. */
export const LISTEN_TO = `
const [host, port] = process.argv.slice(1); require('node:net').connect({ host, port: Number(port), timeout: 5000 }).on('error', (error) => console.log(error.code)).on('timeout', () => process.exit(1)).pipe(process.stdout);`;

/** `HOST PORT`: the HTTP status and body that a TLS server gives for /version, whatever its certificate. */
export const ASK_API = `
const [host, port] = process.argv.slice(1);
require('node:https').get({ host, port, path: '/version', rejectUnauthorized: false, timeout: 5000 }, (response) => { console.log(response.statusCode, response.socket.getPeerCertificate().subjectaltname); response.destroy(); }).on('error', (error) => console.log(error.code));`;
