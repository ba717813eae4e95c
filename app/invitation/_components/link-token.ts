const LINK = /^#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43})$/;

/** The token of a whole link, from what stands behind `#`; undefined for anything else that may stand there. */
export function tokenOf(hash: string): string | undefined {
  return LINK.exec(hash)?.[1];
}
