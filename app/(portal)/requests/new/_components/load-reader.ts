/** What reads a chosen file: it comes once the form stands, and is there when a connection is lost later. */
export const loadReader = () => import("./document/read-document");
