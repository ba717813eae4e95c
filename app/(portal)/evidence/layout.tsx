import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function EvidenceLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["evidence"]}>{children}</Words>;
}
