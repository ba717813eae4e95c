import "server-only";
import { type InstanceDescription, readInstanceFile } from "@/lib/env/instance-file";
import { ownVariables, perTenant } from "@/lib/env/served-tenant";

/** What the instance file says of those who run the parts, and which file it is. */
export interface WhoRuns {
  readonly runBy: NonNullable<InstanceDescription["run_by"]>;
  /** SHA-256 of the file, hexadecimal: equal at every part. */
  readonly digest: string;
}

const readOfTenant = perTenant((): WhoRuns | undefined => {
  const file = ownVariables().INSTANCE_FILE;
  if (file === undefined) return undefined;
  const { instance, digest } = readInstanceFile(file);
  return { runBy: instance.run_by ?? {}, digest };
});

/**
 * Returns who runs the parts, as the instance file says; undefined without one. It is read once: a part that was given
 * another file shows it after its next start, as with all else in the file.
 */
export function whoRuns(): WhoRuns | undefined {
  return readOfTenant();
}
