import { z } from 'zod';

/** What a service is for, in the order in which usage tells of them; `role` in `services/service.ts` says what each means. */
export const roles = ['tested', 'store', 'aside', 'balancer', 'link'] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Of whom telemetry, usage, happenings, deaths, logs and findings tell: data, which nobody has to read out of a name. */
export const subjectSchema = z.object({
  service: z.string().describe('As the system calls it: app, postgres, mailer'),
  copy: z.string().describe('The copy of it, as its platform calls it: app-1; the service again where there is one'),
});

/** A copy of a service. */
export type Subject = z.infer<typeof subjectSchema>;
