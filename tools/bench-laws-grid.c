/*
 * The search of the vpnls package (0.1) in C, for bench/laws.ts where the package itself is not installed: every alpha and beta from
 * .01 to .99 by .01; for each the linear parameters by least squares, where all negative ones are dropped at once and never come back, and
 * ten steps of iteratively reweighted least squares for Huber's loss. Powers are tabulated once, which the package does not do.
 * Parameters come in millions, tokens in thousands of millions. Written after the package's public source, of which no line was taken.
 */
#include <math.h>
#include <stdlib.h>

enum { LEVELS = 99, REWEIGHTS = 10 };

static int solve(int size, double a[3][3], double b[3]) {
  for (int p = 0; p < size; p++) {
    int best = p;
    for (int i = p + 1; i < size; i++)
      if (fabs(a[i][p]) > fabs(a[best][p])) best = i;
    if (a[best][p] == 0) return 0;
    for (int j = 0; j < size; j++) { double t = a[p][j]; a[p][j] = a[best][j]; a[best][j] = t; }
    double t = b[p]; b[p] = b[best]; b[best] = t;
    for (int i = p + 1; i < size; i++) {
      double factor = a[i][p] / a[p][p];
      for (int j = p; j < size; j++) a[i][j] -= factor * a[p][j];
      b[i] -= factor * b[p];
    }
  }
  for (int p = size - 1; p >= 0; p--) {
    for (int j = p + 1; j < size; j++) b[p] -= a[p][j] * b[j];
    b[p] /= a[p][p];
  }
  return 1;
}

/* Weighted least squares of y on 1, u, v, without what comes out negative. */
static void linear(int n, const double *u, const double *v, const double *y, const double *w, double x[3]) {
  double g[3][3] = {{0}}, h[3] = {0};
  for (int i = 0; i < n; i++) {
    double wu = w[i] * u[i], wv = w[i] * v[i];
    g[0][0] += w[i]; g[1][0] += wu; g[2][0] += wv;
    g[1][1] += wu * u[i]; g[2][1] += wu * v[i]; g[2][2] += wv * v[i];
    h[0] += w[i] * y[i]; h[1] += wu * y[i]; h[2] += wv * y[i];
  }
  g[0][1] = g[1][0]; g[0][2] = g[2][0]; g[1][2] = g[2][1];
  int kept[3] = {0, 1, 2}, size = 3;
  for (;;) {
    double a[3][3], b[3];
    for (int i = 0; i < size; i++) {
      b[i] = h[kept[i]];
      for (int j = 0; j < size; j++) a[i][j] = g[kept[i]][kept[j]];
    }
    x[0] = x[1] = x[2] = 0;
    if (size == 0 || !solve(size, a, b)) return;
    int left = 0;
    for (int i = 0; i < size; i++)
      if (b[i] >= 0) { x[kept[i]] = b[i]; kept[left++] = kept[i]; }
    if (left == size) return;
    size = left;
  }
}

/* Writes E, A, B, alpha, beta and returns the sum of Huber's loss of y - fitted; negative where there is no memory. */
double grid(int n, const double *params, const double *tokens, const double *y, double delta, double result[5]) {
  double *powers = malloc(sizeof(double) * n * (2 * LEVELS + 1)), best = INFINITY;
  if (!powers) return -1;
  double *u = powers, *v = powers + (long)n * LEVELS, *w = powers + 2L * n * LEVELS;
  for (int k = 0; k < LEVELS; k++)
    for (int i = 0; i < n; i++) {
      u[(long)k * n + i] = pow(params[i], -.01 * (k + 1));
      v[(long)k * n + i] = pow(tokens[i], -.01 * (k + 1));
    }
  for (int a = 0; a < LEVELS; a++)
    for (int b = 0; b < LEVELS; b++) {
      const double *ua = u + (long)a * n, *vb = v + (long)b * n;
      double x[3], objective = 0;
      for (int i = 0; i < n; i++) w[i] = 1;
      linear(n, ua, vb, y, w, x);
      for (int step = 0; step < REWEIGHTS; step++) {
        for (int i = 0; i < n; i++) {
          double r = fabs(y[i] - x[0] - x[1] * ua[i] - x[2] * vb[i]);
          w[i] = r <= delta ? 1 : delta / r;
        }
        linear(n, ua, vb, y, w, x);
      }
      for (int i = 0; i < n; i++) {
        double r = fabs(y[i] - x[0] - x[1] * ua[i] - x[2] * vb[i]);
        objective += r <= delta ? r * r / 2 : delta * (r - delta / 2);
      }
      if (objective < best) {
        best = objective;
        result[0] = x[0]; result[1] = x[1]; result[2] = x[2];
        result[3] = .01 * (a + 1); result[4] = .01 * (b + 1);
      }
    }
  free(powers);
  return best;
}
