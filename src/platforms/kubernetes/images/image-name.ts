/** An image by the name that container runtimes know it by: Docker's short names are those of Docker Hub, and `latest`. */
export function fullName(image: string): string {
  const [first = '', ...others] = image.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const named = isHost ? image : others.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
  return /[:@]/.test(named.slice(named.lastIndexOf('/'))) ? named : `${named}:latest`;
}
