import { describeStoreConformance } from '../../../conformance/store.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

describeStoreConformance({ driver: 'PostgreSQL', create: () => PostgresPlace.create() });
