export const ENDPOINT_TABLE_FILE: string;
export function endpointFolders(root: string): string[];
export function endpointTableModule(folders: readonly string[]): string;
export function writeEndpointTable(root: string): void;
