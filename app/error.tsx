"use client";

import { Failure } from "@/components/layout/failure";

/** Shows the failure of a page inside the root layout, with a way to load the page again. */
export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  return <Failure error={error} retry={retry} />;
}
