/** The group of roles and of who has them. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';
