import { describeRetentionConformance } from '../../../conformance/store/retention.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

describeRetentionConformance({ driver: 'PostgreSQL', create: () => PostgresPlace.create() });
