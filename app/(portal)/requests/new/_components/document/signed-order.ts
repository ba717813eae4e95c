/** What tells a signed order: a JWS is the order itself, while any other signature is over a document. */
const JWS = /\.(jws|jose|txt)$/i;
/** The same, where a file of any kind may come: a text may be anything. */
const SURELY_JWS = /\.(jws|jose)$/i;

export const isSignedOrder = ({ name }: Pick<File, "name">): boolean => JWS.test(name);

export const isSurelySignedOrder = ({ name }: Pick<File, "name">): boolean => SURELY_JWS.test(name);
