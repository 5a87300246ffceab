import { describeProcessStreams } from '../process-streams.suite.js';
import { ociBed } from './oci-harness.suite.js';

describeProcessStreams('oci', ociBed, { strict: true });
