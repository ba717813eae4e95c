"use client";

import { type ReactNode, useRef } from "react";

/** The browser's dialog to choose one file: a hidden input to place anywhere, and a function that opens it. */
export function useFileChooser(
  accept: string,
  onFile: (file: File) => void,
): { readonly open: () => void; readonly input: ReactNode } {
  const chooser = useRef<HTMLInputElement>(null);
  const input = (
    <input
      ref={chooser}
      type="file"
      accept={accept}
      tabIndex={-1}
      aria-hidden="true"
      className="hidden"
      onChange={(event) => {
        const [file] = event.target.files ?? [];
        if (file !== undefined) onFile(file);
        // The same file may be chosen again after it was corrected.
        event.target.value = "";
      }}
    />
  );
  return { open: () => chooser.current?.click(), input };
}
