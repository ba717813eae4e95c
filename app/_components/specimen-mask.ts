/** Two parties as the custodian masks them: their roles, the words of their names, and no letter of those. */
export const SPECIMEN_MASK: Readonly<Record<string, string>> = {
  payer: "•••••••• ••••••••, ••••••••",
  payee: "•••••••• •••••••• ••••••••",
};
