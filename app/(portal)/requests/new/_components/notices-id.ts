/** Id of the form's notices, which take the focus when something keeps the person from going on. */
export const NOTICES_ID = "request-notices";
