/** Fences rows about which nothing is known any more: as a case that nobody has. */
export const NO_CASE = "00000000-0000-0000-0000-000000000000";
