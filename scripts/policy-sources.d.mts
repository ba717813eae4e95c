export const POLICY_FILES: readonly string[];
export const POLICY_SOURCES_FILE: string;
export function policySources(read: (file: string) => Uint8Array): [string, string][];
export function policySourcesModule(sources: readonly (readonly [string, string])[]): string;
export function writePolicySources(root: string): void;
