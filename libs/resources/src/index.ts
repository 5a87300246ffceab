export type { Column, KindDescriptor, ObjectMetadata, ResourceObject, ScaleDescriptor, Strategy, StrategyContext } from './descriptor.js';
