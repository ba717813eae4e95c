"use client";

import { lazy, Suspense } from "react";
import { Icon } from "@/components/ui/icon";
import type { ChosenDocument } from "./read-document";

const PlainSheet = () => <Icon name="request" />;

// Loaded when a document is chosen. Without a connection the sheet stays plain, and the form goes on.
const PagePicture = lazy(() =>
  import("./page-picture").then(
    (module) => ({ default: module.PagePicture }),
    () => ({ default: PlainSheet }),
  ),
);

/** The first page, small. */
export function PageThumb(props: { document: ChosenDocument | undefined; onPages: (count: number) => void }) {
  return (
    <span className="flex h-[42px] w-[34px] shrink-0 items-center justify-center overflow-hidden border border-line-2 bg-sheet text-ink-3">
      <Suspense fallback={<PlainSheet />}>
        <PagePicture {...props} />
      </Suspense>
    </span>
  );
}
