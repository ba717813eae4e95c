/** Default number of days that the log's entries are kept, for every class. */
export const RETENTION_FLOOR_DAYS = 2_555;
