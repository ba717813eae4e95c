/** The case id of rows whose facts are lost. No agency has this case, so only readers of every case see the rows. */
export const NO_CASE = "00000000-0000-0000-0000-000000000000";
