"use client";

import { type ReactNode, useState } from "react";

/** A place to drop one file. Its content must have a button that does the same. */
export function FileDrop(props: {
  onFile: (file: File) => void;
  isEmpty: boolean;
  className?: string;
  children: ReactNode;
}) {
  const [isOver, setOver] = useState(false);
  const look = `${isOver ? "border-accent bg-accent-wash" : "border-edge bg-sheet"} ${props.isEmpty ? "border-dashed" : ""}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an addition, the button does the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file !== undefined) props.onFile(file);
      }}
      className={`rounded-control border p-3 ${look} ${props.className ?? ""}`}
    >
      {props.children}
    </div>
  );
}
