import { reportSchema } from '../../src/domain/report.js';
import { type GeneratedDocument, openJsonSchema, writeIfMain } from './document.js';

export const reportSchemaDocument: GeneratedDocument = {
  file: 'canonical-report.schema.json',
  build: () => openJsonSchema(reportSchema),
};

writeIfMain(import.meta.url, reportSchemaDocument);
