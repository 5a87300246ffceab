import type { coreV1 } from '@gantry/api-types';
import { isLatest } from './image-tag.js';
import { canonicalizeResources } from './quantities.js';
import { defaultVolume } from './volume-defaults.js';

/** Fills a pod spec, of a pod as of a template. What only pods get is in `core/pod/defaults.ts`. */
export function defaultPodSpec(spec: coreV1.PodSpec): void {
  spec.containers ??= [];
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  // The deprecated alias is kept equal to the field that replaced it.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  spec.containers.forEach(defaultContainer);
  spec.initContainers?.forEach(defaultContainer);
  spec.ephemeralContainers?.forEach(defaultContainer);
  spec.volumes?.forEach(defaultVolume);
  canonicalizeResources(spec.overhead);
}

type AnyContainer = coreV1.Container | coreV1.EphemeralContainer;

function defaultContainer(container: AnyContainer): void {
  container.resources ??= {};
  canonicalizeResources(container.resources.limits);
  canonicalizeResources(container.resources.requests);
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.imagePullPolicy ||= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.ports?.forEach((port) => {
    port.protocol ||= 'TCP';
  });
  container.env?.forEach(defaultEnvironment);
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe !== undefined) defaultProbe(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) if (handler?.httpGet !== undefined) defaultHttpGet(handler.httpGet);
}

function defaultEnvironment({ valueFrom }: coreV1.EnvVar): void {
  if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ||= 'v1';
  if (valueFrom?.resourceFieldRef !== undefined) valueFrom.resourceFieldRef.divisor ??= '0';
  if (valueFrom?.fileKeyRef !== undefined) valueFrom.fileKeyRef.optional ??= false;
}

function defaultProbe(probe: coreV1.Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet !== undefined) defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultHttpGet(action: coreV1.HTTPGetAction): void {
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}
