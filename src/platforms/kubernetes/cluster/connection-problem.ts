import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { TimeLimit } from '../../../machine/time-limit.ts';
import { LabError, messageOf } from '../../../model/errors.ts';
import type { Answer } from '../../common/answer.ts';
import type { ClusterContext } from './context.ts';
import { statusIn } from './refusal.ts';

const codedSchema = z.object({ code: z.string() });

/** Why the answer of an API server to the question for its version is of no use, in a sentence with its fix. */
export function answerProblem(context: ClusterContext, { status, body }: Answer): LabError {
  const { name, server } = context;
  if (status === 401) return unauthorised(context);
  if (status === 403) {
    const said = statusIn(body)?.message.replace(/\.$/, '') ?? 'forbidden';
    return new LabError(`The API server of the context ${name} (${server}) lets this user see nothing: ${said}.`, {
      hint: 'Ask for the rights that docs/kubernetes.md lists, or take another context: --context NAME',
    });
  }
  const what = status === 200 ? 'it tells no version of Kubernetes' : `it answers with status ${status}`;
  return new LabError(`What answers at ${server} is not a Kubernetes API server: ${what}.`, {
    hint: `Look at it: kubectl --context ${name} cluster-info`,
  });
}

/** Why the API server of a context did not answer at all, in a sentence with its fix. */
export function connectionProblem(context: ClusterContext, cause: unknown): LabError {
  if (cause instanceof LabError) return cause;
  const { name, server } = context;
  const problem = (sentence: string, hint: string): LabError => new LabError(sentence, { hint, cause });
  const code = codedSchema.safeParse(cause).data?.code ?? '';
  switch (code) {
    case 'ECONNREFUSED':
      return problem(`${nameOf(context)} is stopped: nothing answers at ${server}.`, startHint(context));
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return problem(
        `The API server of the context ${name} cannot be reached at ${server}: ${messageOf(cause)}.`,
        `Check the network, or the context: kubectl config view --minify. ${startHint(context)}`,
      );
    case 'CERT_HAS_EXPIRED':
      return problem(`The certificate of the API server at ${server} has expired.`, renewHint(context));
  }
  if (isOfCertificate(code)) {
    return problem(
      `The certificate of the API server at ${server} is not the one that the context ${name} trusts: ${messageOf(cause)}.`,
      `The cluster was made anew, or its kubeconfig is old: get it again. ${renewHint(context)}`,
    );
  }
  if (cause instanceof TimeLimit) {
    return problem(`The API server of the context ${name} (${server}) gives no answer.`, startHint(context));
  }
  return problem(
    `The context ${name} cannot be used: ${messageOf(cause)}.`,
    `Does kubectl --context ${name} get namespaces work?`,
  );
}

function isOfCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|^ERR_TLS/.test(code);
}

function nameOf({ name, flavour }: ClusterContext): string {
  return flavour === 'minikube' ? name : `The cluster of the context ${name}`;
}

function startHint({ name, flavour, clusterName }: ClusterContext): string {
  switch (flavour) {
    case 'minikube':
      return `Start it: minikube start${name === 'minikube' ? '' : ` --profile ${name}`}`;
    case 'kind':
      return `Start it: docker start ${clusterName}-control-plane`;
    case 'k3d':
      return `Start it: k3d cluster start ${clusterName}`;
    case 'docker-desktop':
      return 'Start Docker Desktop, with Kubernetes switched on.';
    case 'other':
      return 'Start it, or take another context: --context NAME';
  }
}

function renewHint({ flavour, name }: ClusterContext): string {
  return flavour === 'minikube'
    ? `Renew it: minikube start --profile ${name}, which makes new certificates.`
    : 'Renew it as your cluster does that (kubeadm certs renew all, or your provider’s command).';
}

/** An expired certificate of the user's own is refused like a wrong one: only its date tells. */
function unauthorised(context: ClusterContext): LabError {
  const { name, server } = context;
  const expired = expiryOf(context);
  const sentence =
    expired === undefined
      ? `The API server at ${server} does not know the user of the context ${name}: unauthorised.`
      : `The client certificate of the context ${name} has expired on ${expired}.`;
  const hint =
    expired === undefined ? `Log in again, and see: kubectl --context ${name} get namespaces` : renewHint(context);
  return new LabError(sentence, { hint });
}

/** When the user's certificate ended; undefined where there is none, or it is still good. */
function expiryOf({ config }: ClusterContext): string | undefined {
  const user = config.getCurrentUser();
  try {
    const pem =
      user?.certData === undefined
        ? user?.certFile === undefined
          ? undefined
          : readFileSync(user.certFile)
        : Buffer.from(user.certData, 'base64');
    if (pem === undefined) return undefined;
    const end = new Date(new X509Certificate(pem).validTo);
    return end.getTime() < Date.now() ? end.toISOString().slice(0, 10) : undefined;
  } catch {
    return undefined; // What cannot be read says nothing of its end.
  }
}
