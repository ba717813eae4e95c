/** Days that the log's entries are kept where nobody has said otherwise: what every class begins with. */
export const RETENTION_FLOOR_DAYS = 2_555;
