import type { coreV1 } from '@gantry/api-types';
import { forbidden, invalid, notSupported, patternProblem, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validatePortReference } from './ports.js';

const schemes = ['HTTP', 'HTTPS'];
const headerName = '[-A-Za-z0-9]+';
const timings = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

/** The three probes of a container. */
export function validateProbes(container: coreV1.Container, at: FieldPath, errors: FieldError[]): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) validateLiveness(livenessProbe, at.child('livenessProbe'), errors);
  if (readinessProbe !== undefined) validateReadiness(readinessProbe, at.child('readinessProbe'), errors);
  if (startupProbe !== undefined) validateLiveness(startupProbe, at.child('startupProbe'), errors);
}

/** Liveness and startup probes need one success. */
function validateLiveness(probe: coreV1.Probe, at: FieldPath, errors: FieldError[]): void {
  validateProbe(probe, at, errors);
  if (probe.successThreshold !== 1) errors.push(invalid(at.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
}

function validateReadiness(probe: coreV1.Probe, at: FieldPath, errors: FieldError[]): void {
  validateProbe(probe, at, errors);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined) errors.push(invalid(at.child('terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes'));
}

function validateProbe(probe: coreV1.Probe, at: FieldPath, errors: FieldError[]): void {
  validateHandler(probe, undefined, at, errors);
  for (const field of timings) {
    const value = probe[field] ?? 0;
    if (value < 0) errors.push(invalid(at.child(field), value, 'must be greater than or equal to 0'));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(at.child('terminationGracePeriodSeconds'), grace, 'must be greater than 0'));
}

/** The hooks of a container; a sleep must end within the grace of the pod. */
export function validateLifecycle(lifecycle: coreV1.Lifecycle | undefined, grace: number | undefined, at: FieldPath, errors: FieldError[]): void {
  if (lifecycle?.postStart !== undefined) validateHandler(lifecycle.postStart, grace, at.child('postStart'), errors);
  if (lifecycle?.preStop !== undefined) validateHandler(lifecycle.preStop, grace, at.child('preStop'), errors);
}

interface Handler {
  exec?: coreV1.ExecAction;
  httpGet?: coreV1.HTTPGetAction;
  tcpSocket?: coreV1.TCPSocketAction;
  grpc?: coreV1.GRPCAction;
  sleep?: coreV1.SleepAction;
}

const handlerTypes = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHandler(handler: Handler, grace: number | undefined, at: FieldPath, errors: FieldError[]): void {
  const [first, ...extra] = handlerTypes.filter((type) => handler[type] !== undefined);
  if (first === undefined) errors.push(required(at, 'must specify a handler type'));
  else validateAction(handler, first, grace, at.child(first), errors);
  for (const type of extra) errors.push(forbidden(at.child(type), 'may not specify more than 1 handler type'));
}

function validateAction({ exec, httpGet, tcpSocket, grpc, sleep }: Handler, type: (typeof handlerTypes)[number], grace: number | undefined, at: FieldPath, errors: FieldError[]): void {
  if (type === 'exec' && (exec?.command ?? []).length === 0) errors.push(required(at.child('command')));
  if (type === 'httpGet' && httpGet !== undefined) validateHttpGet(httpGet, at, errors);
  if (type === 'tcpSocket') validatePortReference(tcpSocket?.port, at.child('port'), errors);
  if (type === 'grpc') validatePortReference(grpc?.port, at.child('port'), errors);
  if (type === 'sleep' && sleep !== undefined && grace !== undefined && (sleep.seconds < 0 || sleep.seconds > grace)) {
    errors.push(invalid(at, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${String(grace)})`));
  }
}

function validateHttpGet({ path, port, scheme = '', httpHeaders = [] }: coreV1.HTTPGetAction, at: FieldPath, errors: FieldError[]): void {
  if (!path) errors.push(required(at.child('path')));
  validatePortReference(port, at.child('port'), errors);
  if (!schemes.includes(scheme)) errors.push(notSupported(at.child('scheme'), scheme, schemes));
  for (const { name } of httpHeaders) {
    if (/^[-A-Za-z0-9]+$/.test(name)) continue;
    errors.push(invalid(at.child('httpHeaders'), name, patternProblem("a valid HTTP header must consist of alphanumeric characters or '-'", headerName, 'X-Header-Name')));
  }
}
