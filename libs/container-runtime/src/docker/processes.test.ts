import { describeProcessStreams } from '../process-streams.suite.js';
import { dockerBed } from './docker-harness.suite.js';

describeProcessStreams('docker', dockerBed, { strict: false });
