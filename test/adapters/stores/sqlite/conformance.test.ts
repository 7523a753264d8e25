import { describeStoreConformance } from '../../../conformance/store.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

describeStoreConformance({ driver: 'sqlite 3', create: () => SqlitePlace.create() });
