import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function PoliciesLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["policies", "keeping.retention"]}>{children}</Words>;
}
