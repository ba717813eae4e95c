export function bundlePrograms(root: string): Promise<void>;
