import type { appsV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';
import { defaultPodSpec } from '../../core/pod-spec/defaults.js';
import { presentTemplate } from '../template-selector.js';

/** A deployment as defaults leave it. */
export type DefaultedDeployment = WithMetadata<appsV1.Deployment> & { spec: appsV1.DeploymentSpec; status: appsV1.DeploymentStatus };

/** Fills a deployment and its template. */
export function defaultDeployment(deployment: DefaultedDeployment): void {
  deployment.metadata ??= {};
  const spec = (deployment.spec ??= {} as appsV1.DeploymentSpec);
  deployment.status ??= {};
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  defaultStrategy((spec.strategy ??= {}));
  const template = presentTemplate(spec.template);
  spec.template = template;
  defaultPodSpec(template.spec);
}

function defaultStrategy(strategy: appsV1.DeploymentStrategy): void {
  strategy.type ||= 'RollingUpdate';
  if (strategy.type !== 'RollingUpdate') return;
  const rollingUpdate = (strategy.rollingUpdate ??= {});
  rollingUpdate.maxUnavailable ??= '25%';
  rollingUpdate.maxSurge ??= '25%';
}
