"use client";

import { useEffect, useState } from "react";

interface Drawing {
  readonly size: number;
  readonly path: string;
}

/** Dark modules row by row, as runs: `h` to the right, back on the line below. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  const parts: string[] = [];
  for (const [y, row] of rows.entries()) {
    let from = -1;
    for (let x = 0; x <= row.length; x += 1) {
      const isDark = row[x] === true;
      if (isDark && from < 0) from = x;
      if (isDark || from < 0) continue;
      parts.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
      from = -1;
    }
  }
  return parts.join("");
}

/** A QR code, drawn here so that the secret in it goes nowhere else. Dark on light in both themes: scanners need it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const [drawing, setDrawing] = useState<Drawing | undefined>();
  useEffect(() => {
    let isWanted = true;
    void import("uqr").then(({ encode }) => {
      const { data, size } = encode(text, { border: 3 });
      if (isWanted) setDrawing({ size, path: pathOf(data) });
    });
    return () => {
      isWanted = false;
    };
  }, [text]);
  return (
    <div className="size-[196px] shrink-0 border border-line-2 bg-sheet text-ink [color-scheme:light]">
      {drawing === undefined ? null : (
        <svg
          viewBox={`0 0 ${drawing.size} ${drawing.size}`}
          role="img"
          aria-label={label}
          shapeRendering="crispEdges"
          className="size-full"
        >
          <path d={drawing.path} fill="currentColor" />
        </svg>
      )}
    </div>
  );
}
