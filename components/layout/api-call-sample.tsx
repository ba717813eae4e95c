"use client";

import { useSyncExternalStore } from "react";
import type { ApiCallText } from "@/components/layout/api-call";
import { CodeSample } from "@/components/ui/code-sample";
import { curlOf } from "@/lib/api-client/openapi/curl";

const never = () => () => undefined;

/** A call of the API in sight, to be copied whole, with this portal's own address. */
export function ApiCallSample({ label, call }: { label: string; call: ApiCallText }) {
  const origin = useSyncExternalStore(
    never,
    () => location.origin,
    () => "",
  );
  return (
    <div className="mt-3">
      <p className="mb-1 text-note text-ink-2">{label}</p>
      <CodeSample label={label} code={curlOf(call, origin)} />
    </div>
  );
}
