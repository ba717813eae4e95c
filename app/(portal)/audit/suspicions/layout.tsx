import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function SuspicionsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["keeping.suspicions"]}>{children}</Words>;
}
