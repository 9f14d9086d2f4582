// Tells a table or column that is gone apart from everything else a database can refuse.
import { SourceError } from '../source-error.ts';

/** The statement names a table or column the database does not have. */
export class SqlNameError extends SourceError {}
