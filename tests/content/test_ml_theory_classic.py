"""Checks by computation the numbers and derivations in the key points of ml_theory_b.yaml.
Each docstring names the key points that a test covers.
"""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import sympy as sp

NORMAL_975, NORMAL_80 = 1.959964, 0.841621


def rng(seed=0):
    return np.random.default_rng(seed)


def phi_cdf(z):
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def phi_pdf(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def numeric_gradient(f, w, h=1e-6):
    eye = np.eye(len(w)) * h
    return np.array([(f(w + e) - f(w - e)) / (2 * h) for e in eye])


# --- Regression ---------------------------------------------------------------------------


def test_ridge_closed_form_and_shrinkage():
    """ridge_closed_form, ridge_shrinks_directions"""
    r = rng()
    X, y, lam = r.normal(size=(30, 4)), r.normal(size=30), 2.5
    w = np.linalg.solve(X.T @ X + lam * np.eye(4), X.T @ y)
    loss = lambda w: np.sum((y - X @ w) ** 2) + lam * w @ w
    assert np.allclose(numeric_gradient(loss, w), 0, atol=1e-6)
    _, d, Vt = np.linalg.svd(X, full_matrices=False)
    ols = np.linalg.lstsq(X, y, rcond=None)[0]
    assert np.allclose(Vt @ w, d**2 / (d**2 + lam) * (Vt @ ols))
    factors = d**2 / (d**2 + lam)
    assert np.argmin(factors) == np.argmin(d)


def test_lasso_soft_threshold_on_orthonormal_columns():
    """lasso_soft_threshold, lasso_corners (exact zeros; ridge has none)"""
    for b, lam in itertools.product((-2.0, -0.3, 0.0, 0.4, 1.7), (0.5, 1.0)):
        grid = np.linspace(-3, 3, 600001)
        best = grid[np.argmin(0.5 * (grid - b) ** 2 + lam * np.abs(grid))]
        assert abs(best - np.sign(b) * max(abs(b) - lam, 0)) < 2e-5
        ridge = grid[np.argmin(0.5 * (grid - b) ** 2 + lam / 2 * grid**2)]
        assert abs(ridge - b / (1 + lam)) < 2e-5


def test_map_priors_are_penalties():
    """priors_match_penalties, est_prior_is_penalty"""
    w, s, t = sp.symbols("w sigma tau", positive=True)
    gauss = -sp.log(sp.exp(-(w**2) / (2 * t**2)) / sp.sqrt(2 * sp.pi * t**2))
    laplace = -sp.log(sp.exp(-w / t) / (2 * t))  # w > 0, so |w| = w
    assert sp.simplify(sp.expand_log(sp.diff(gauss, w)) - w / t**2) == 0
    assert sp.simplify(sp.diff(laplace, w) - 1 / t) == 0


def test_correlated_copies_ridge_splits():
    """correlated_features: ridge gives two identical columns the same weight; lasso's loss is flat"""
    r = rng(1)
    x = r.normal(size=200)
    y = 2 * x + 0.1 * r.normal(size=200)
    X = np.c_[x, x]
    w = np.linalg.solve(X.T @ X + np.eye(2), X.T @ y)
    assert np.allclose(w[0], w[1])
    lasso = lambda w: np.sum((y - X @ w) ** 2) + 3 * np.abs(w).sum()
    assert np.isclose(lasso(np.array([1.9, 0])), lasso(np.array([0.7, 1.2])))
    # With near copies, which one coordinate descent keeps flips between samples.
    kept = []
    for _ in range(60):
        z = r.normal(size=60)
        A = np.c_[z + 0.05 * r.normal(size=60), z + 0.05 * r.normal(size=60)]
        target = z + 0.1 * r.normal(size=60)
        w = np.zeros(2)
        for _ in range(2000):
            for j in (0, 1):
                rest = target - A @ w + A[:, j] * w[j]
                c = A[:, j] @ rest
                w[j] = np.sign(c) * max(abs(c) - 3, 0) / (A[:, j] @ A[:, j])
        kept.append(int(w[0] > w[1]))
    assert 10 < sum(kept) < 50


def test_omitted_variable_bias():
    """ols_exogeneity: the bias is the omitted coefficient times the slope of omitted on included"""
    r = rng(2)
    x = r.normal(size=200_000)
    z = 0.7 * x + r.normal(size=x.size)
    y = 1.0 * x + 2.0 * z + r.normal(size=x.size)
    assert abs((x @ y) / (x @ x) - (1 + 2 * 0.7)) < 0.02


def test_heteroscedastic_ols_unbiased_but_classic_errors_wrong():
    """ols_heteroscedasticity, ols_robust_errors"""
    r = rng(3)
    x = np.linspace(-1, 1, 100)
    X = np.c_[np.ones_like(x), x]
    inv = np.linalg.inv(X.T @ X)
    sd = 0.1 + 2 * x**2
    slopes, classic, robust = [], [], []
    for _ in range(5000):
        y = 1 + 3 * x + sd * r.normal(size=x.size)
        b = inv @ X.T @ y
        e = y - X @ b
        slopes.append(b[1])
        classic.append((e @ e / 98 * inv)[1, 1])
        robust.append((inv @ (X.T * e**2) @ X @ inv)[1, 1])
    true = np.var(slopes)
    assert abs(np.mean(slopes) - 3) < 0.02
    assert np.mean(classic) < 0.75 * true
    assert abs(np.mean(robust) / true - 1) < 0.1


def test_variance_inflation():
    """ols_collinearity: variance times 1 / (1 - R^2), no bias"""
    r = rng(4)
    X = r.normal(size=(50, 2)) @ np.array([[1, 0.95], [0, 0.3]])
    X -= X.mean(0)
    inv = np.linalg.inv(X.T @ X)
    r2 = np.corrcoef(X.T)[0, 1] ** 2
    assert np.isclose(inv[0, 0], 1 / (X[:, 0] @ X[:, 0]) / (1 - r2))
    b = [inv @ X.T @ (X @ [1, 2] + r.normal(size=50)) for _ in range(5000)]
    assert np.allclose(np.mean(b, axis=0), [1, 2], atol=0.06)


def test_gauss_markov_needs_linear_unbiased_only():
    """ols_gauss_markov: another linear unbiased estimator is worse; ridge, biased, can beat OLS"""
    r = rng(5)
    X = r.normal(size=(20, 3))
    ols = np.linalg.inv(X.T @ X) @ X.T
    W = np.diag(r.uniform(0.2, 2, 20))
    other = np.linalg.inv(X.T @ W @ X) @ X.T @ W
    assert np.allclose(other @ X, np.eye(3))
    assert np.linalg.eigvalsh(other @ other.T - ols @ ols.T).min() > -1e-12
    beta = np.array([0.1, 0.1, 0.1])
    A = np.linalg.inv(X.T @ X + 5 * np.eye(3)) @ X.T
    mse = lambda M: np.trace(M @ M.T) + np.sum((M @ X @ beta - beta) ** 2)
    assert mse(A) < mse(ols)


def test_logistic_gradient_hessian():
    """logit_sigmoid_derivative, logit_gradient, logit_hessian, logit_convex, xgb_logistic_g_h"""
    z, y = sp.symbols("z y")
    p = 1 / (1 + sp.exp(-z))
    loss = -y * sp.log(p) - (1 - y) * sp.log(1 - p)
    assert sp.simplify(sp.diff(p, z) - p * (1 - p)) == 0
    assert sp.simplify(sp.diff(loss, z) - (p - y)) == 0
    assert sp.simplify(sp.diff(loss, z, 2) - p * (1 - p)) == 0
    r = rng(6)
    X, t, w = r.normal(size=(40, 3)), r.integers(0, 2, 40), r.normal(size=3)
    f = lambda w: np.sum(np.log1p(np.exp(X @ w)) - t * (X @ w))
    q = 1 / (1 + np.exp(-X @ w))
    assert np.allclose(numeric_gradient(f, w), X.T @ (q - t), atol=1e-5)
    H = (X.T * (q * (1 - q))) @ X
    g = lambda w: X.T @ (1 / (1 + np.exp(-X @ w)) - t)
    assert np.allclose([(g(w + e) - g(w - e)) / 2e-6 for e in np.eye(3) * 1e-6], H, atol=1e-4)
    assert np.linalg.eigvalsh(H).min() >= 0


def test_logistic_separable():
    """logit_separable, logit_regularise; squared error on a sigmoid is not convex (probe)"""
    X, t = np.array([-2.0, -1, 1, 2]), np.array([0, 0, 1, 1])
    f = lambda w: np.sum(np.log1p(np.exp(-(2 * t - 1) * X * w)))
    values = [f(w) for w in (1, 2, 5, 10, 30)]
    assert all(a > b for a, b in itertools.pairwise(values))
    grid = np.linspace(0, 30, 30001)
    best = grid[np.argmin([f(w) + 0.1 * w * w for w in grid])]
    assert 0.5 < best < 5
    s = lambda z: 1 / (1 + math.exp(-z))
    square = lambda z: (1 - s(z)) ** 2
    assert square(-6) + square(-2) < 2 * square(-4)  # midpoint above the chord
    assert abs(math.exp(0.7) - 2) < 0.02  # common error: an odds ratio of about 2


# --- Trees ----------------------------------------------------------------------------------


def test_variance_of_correlated_average():
    """forest_variance_formula"""
    B, s, rho = sp.symbols("B sigma rho", positive=True)
    variance = (B * s**2 + B * (B - 1) * rho * s**2) / B**2
    assert sp.simplify(variance - (rho * s**2 + (1 - rho) / B * s**2)) == 0
    assert sp.limit(variance, B, sp.oo) == rho * s**2


def test_out_of_bag_share():
    """out_of_bag: (1 - 1/n)^n -> 1/e, about 37 percent"""
    assert abs((1 - 1 / 1000) ** 1000 - 0.368) < 0.001


def test_boosting_residual_is_negative_gradient():
    """boosting_negative_gradient"""
    y, f = sp.symbols("y f")
    assert sp.simplify(-sp.diff((y - f) ** 2 / 2, f) - (y - f)) == 0


def test_xgb_leaf_and_gain():
    """xgb_leaf_value, xgb_leaf_score, xgb_gain, xgb_taylor"""
    G, H, lam = sp.symbols("G H lambda", positive=True)
    w = sp.Symbol("w", real=True)
    objective = G * w + (H + lam) * w**2 / 2
    star = -G / (H + lam)
    assert sp.simplify(sp.diff(objective, w).subs(w, star)) == 0
    assert sp.simplify(objective.subs(w, star) + G**2 / (2 * (H + lam))) == 0
    GL, GR, HL, HR, g = sp.symbols("G_L G_R H_L H_R gamma")
    score = lambda G, H: -(G**2) / (2 * (H + lam)) + g
    gain = score(GL + GR, HL + HR) - score(GL, HL) - score(GR, HR)
    claim = (GL**2 / (HL + lam) + GR**2 / (HR + lam) - (GL + GR) ** 2 / (HL + HR + lam)) / 2 - g
    assert sp.simplify(gain - claim) == 0


# --- SVM and kernels ------------------------------------------------------------------------


def smo(K, y, C, sweeps=4000, seed=0):
    """Pairwise coordinate ascent on the soft-margin dual."""
    r, n = rng(seed), len(y)
    a = np.zeros(n)
    for _ in range(sweeps):
        i, j = r.choice(n, 2, replace=False)
        eta = K[i, i] + K[j, j] - 2 * K[i, j]
        if eta < 1e-12:
            continue
        f = K @ (a * y)
        lo, hi = (
            (max(0, a[j] - a[i]), min(C, C + a[j] - a[i]))
            if y[i] != y[j]
            else (max(0, a[i] + a[j] - C), min(C, a[i] + a[j]))
        )
        new = np.clip(a[j] + y[j] * ((f[i] - y[i]) - (f[j] - y[j])) / eta, lo, hi)
        a[i] += y[i] * y[j] * (a[j] - new)
        a[j] = new
    return a


def test_svm_dual():
    """svm_primal, svm_margin_width, svm_stationarity, svm_box, svm_support_vectors, svm_inner_products"""
    r = rng(7)
    X = np.r_[r.normal(size=(20, 2)) + 1.2, r.normal(size=(20, 2)) - 1.2]
    y = np.r_[np.ones(20), -np.ones(20)]
    C = 0.5
    a = smo(X @ X.T, y, C, 40000)
    w = X.T @ (a * y)
    assert abs(a @ y) < 1e-9 and a.min() >= -1e-12 and a.max() <= C + 1e-12
    inner = (a > 1e-6) & (a < C - 1e-6)
    b = np.mean(y[inner] - X[inner] @ w)
    margin = y * (X @ w + b)
    assert np.allclose(margin[inner], 1, atol=1e-3)
    assert (margin[a < 1e-9] >= 1 - 1e-3).all() and (margin[a > C - 1e-9] <= 1 + 1e-3).all()
    primal = w @ w / 2 + C * np.maximum(0, 1 - margin).sum()
    dual = a.sum() - (a * y) @ (X @ X.T) @ (a * y) / 2
    assert abs(primal - dual) < 1e-3
    on = w / (w @ w)  # steps from plane -1 to plane +1 are 2w/|w|^2, of length 2/|w|
    assert np.isclose(np.linalg.norm(2 * on), 2 / np.linalg.norm(w))
    # Probe: a point far on its correct side does not matter.
    far = np.argmax(margin)
    keep = np.arange(40) != far
    a2 = smo((X @ X.T)[np.ix_(keep, keep)], y[keep], C, 40000)
    assert np.allclose(X[keep].T @ (a2 * y[keep]), w, atol=1e-2)
    # Common error: a larger C narrows the margin.
    w_large = X.T @ (smo(X @ X.T, y, 50.0, 60000) * y)
    assert 2 / np.linalg.norm(w_large) < 2 / np.linalg.norm(w)


def rbf(X, Z, gamma):
    return np.exp(-gamma * ((X[:, None] - Z[None]) ** 2).sum(-1))


def test_kernels():
    """kernel_psd, kernel_closure, rbf_large_gamma, rbf_small_gamma, random_features; tanh is not PSD"""
    r = rng(8)
    X = r.normal(size=(30, 3))
    K, L = rbf(X, X, 0.3), (X @ X.T + 1) ** 2
    for M in (K, L, K + L, K * L, 3 * K):
        assert np.linalg.eigvalsh(M).min() > -1e-8
    assert np.linalg.eigvalsh(K - L).min() < -1
    assert np.linalg.eigvalsh(np.tanh(1.0 * X @ X.T - 1.0)).min() < -0.1
    assert np.allclose(rbf(X, X, 1e4), np.eye(30), atol=1e-3)
    assert np.allclose(rbf(X, X, 1e-6), 1, atol=1e-3)
    D, gamma = 40000, 0.3
    W, b = r.normal(size=(3, D)) * math.sqrt(2 * gamma), r.uniform(0, 2 * np.pi, D)
    Z = math.sqrt(2 / D) * np.cos(X @ W + b)
    assert np.abs(Z @ Z.T - K).max() < 0.05


def test_rbf_series():
    """rbf_infinite_features: exp(2 gamma x.z) is a sum of polynomial kernels of every degree"""
    x, z, g = 0.7, -0.4, 0.8
    series = sum((2 * g * x * z) ** n / math.factorial(n) for n in range(40))
    assert np.isclose(math.exp(-g * (x * x + z * z)) * series, math.exp(-g * (x - z) ** 2))


# --- PCA and whitening ----------------------------------------------------------------------


def test_pca():
    """pca_centre, pca_lagrangian, pca_eigenvalue_is_variance, pca_svd, pca_reconstruction, pca_discarded, pca_scale"""
    r = rng(9)
    X = r.normal(size=(300, 5)) @ r.normal(size=(5, 5)) + 10
    Xc, n = X - X.mean(0), 300
    S = Xc.T @ Xc / (n - 1)
    lam, U = np.linalg.eigh(S)
    lam, U = lam[::-1], U[:, ::-1]
    assert np.allclose(S @ U[:, 0], lam[0] * U[:, 0])
    assert np.isclose(np.var(Xc @ U[:, 0], ddof=1), lam[0])
    dirs = r.normal(size=(5000, 5))
    dirs /= np.linalg.norm(dirs, axis=1, keepdims=True)
    assert np.einsum("ij,jk,ik->i", dirs, S, dirs).max() <= lam[0]
    _, d, Vt = np.linalg.svd(Xc, full_matrices=False)
    assert np.allclose(d**2 / (n - 1), lam) and np.allclose(np.abs(Vt @ U), np.eye(5), atol=1e-6)
    for k in range(6):
        P = U[:, :k] @ U[:, :k].T
        lost, kept = np.sum((Xc - Xc @ P) ** 2) / (n - 1), np.sum((Xc @ P) ** 2) / (n - 1)
        assert np.isclose(lost, lam[k:].sum()) and np.isclose(lost + kept, lam.sum())
    Y = r.normal(size=(500, 3)) + [50, 0, 0]  # uncentred: the first direction is the mean's
    assert abs(np.linalg.svd(Y)[2][0][0]) > 0.999
    scaled = np.linalg.eigh(np.cov((Xc * [100, 1, 1, 1, 1]).T))[1][:, -1]
    assert abs(scaled[0]) > 0.99


def test_whitening():
    """white_identity_covariance, white_pca_formula, white_rotation, white_zca_closest, white_noise, white_mahalanobis"""
    r = rng(10)
    X = r.normal(size=(500, 4)) @ r.normal(size=(4, 4))
    X -= X.mean(0)
    S = np.cov(X.T)
    lam, U = np.linalg.eigh(S)
    pca = U / np.sqrt(lam)
    zca = pca @ U.T
    assert np.allclose(zca, zca.T) and np.allclose(zca @ S @ zca, np.eye(4))
    assert np.allclose(np.cov((X @ pca).T), np.eye(4))
    best = np.sum((X @ zca - X) ** 2)
    for _ in range(300):
        Q = np.linalg.qr(r.normal(size=(4, 4)))[0]
        Z = X @ pca @ Q
        assert np.allclose(np.cov(Z.T), np.eye(4)) and np.sum((Z - X) ** 2) >= best
    diff = X[0] - X[1]
    assert np.isclose(np.sum((diff @ zca) ** 2), diff @ np.linalg.inv(S) @ diff)
    standardised = X / X.std(0, ddof=1)
    assert np.abs(np.cov(standardised.T) - np.eye(4)).max() > 0.1
    assert np.linalg.matrix_rank(np.cov(r.normal(size=(5, 8)).T)) == 4  # probe: fewer rows


# --- Clustering -----------------------------------------------------------------------------


def em(X, mu, var, pi, steps, update_var=True):
    logs, last = [], None
    for _ in range(steps):
        d = ((X[:, None] - mu[None]) ** 2).sum(-1)
        dim = X.shape[1]
        logp = np.log(pi) - d / (2 * var) - dim / 2 * np.log(2 * np.pi * var)
        top = logp.max(1, keepdims=True)
        total = top[:, 0] + np.log(np.exp(logp - top).sum(1))
        last = np.exp(logp - total[:, None])
        logs.append(total.sum())
        mass = last.sum(0)
        mu, pi = last.T @ X / mass[:, None], mass / len(X)
        if update_var:
            var = (last * ((X[:, None] - mu[None]) ** 2).sum(-1)).sum(0) / (mass * dim)
    return mu, last, logs


def test_kmeans_and_em():
    """kmeans_descent, kmeans_local_optimum, em_responsibilities, em_updates, kmeans_is_a_limit, em_monotone"""
    r = rng(11)
    X = np.r_[r.normal(size=(60, 2)), r.normal(size=(60, 2)) + 3, r.normal(size=(60, 2)) + [6, 0]]

    def kmeans(mu, steps=60):
        sums = []
        for _ in range(steps):
            z = ((X[:, None] - mu[None]) ** 2).sum(-1).argmin(1)
            sums.append(((X - mu[z]) ** 2).sum())
            mu = np.array([X[z == k].mean(0) if (z == k).any() else mu[k] for k in range(len(mu))])
            sums.append(((X - mu[z]) ** 2).sum())
        return mu, z, sums

    start = X[[0, 70, 130]]
    mu, z, sums = kmeans(start)
    assert all(b <= a + 1e-9 for a, b in itertools.pairwise(sums))
    _, _, logs = em(X, start, np.ones(3), np.ones(3) / 3, 100)
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(logs))
    mu2, resp, _ = em(X, start, np.full(3, 1e-4), np.ones(3) / 3, 60, update_var=False)
    assert (
        np.allclose(mu, mu2, atol=1e-3)
        and (resp.max(1) > 0.999).all()
        and (resp.argmax(1) == z).all()
    )
    Y = np.r_[
        r.normal(size=(50, 2)) * 0.1,
        r.normal(size=(50, 2)) * 0.1 + [0, 1],
        r.normal(size=(50, 2)) * 0.1 + [9, 0],
        r.normal(size=(50, 2)) * 0.1 + [9, 1],
    ]
    X = Y
    ends = {round(kmeans(Y[r.choice(200, 4, replace=False)])[2][-1], 3) for _ in range(40)}
    assert len(ends) > 1


def test_mixture_likelihood_unbounded():
    """classic_kmeans_em, common error: a component on one point, variance to zero"""
    x = np.array([0.0, 1.0, 2.0, 5.0])

    def loglik(s):
        dens = lambda m, v: np.exp(-((x - m) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v)
        return np.log(0.5 * dens(5.0, s**2) + 0.5 * dens(1.0, 1.0)).sum()

    assert loglik(1e-2) < loglik(1e-8) < loglik(1e-60)


# --- Bias and variance, metrics, calibration --------------------------------------------------


def test_bias_variance_decomposition():
    """bv_three_terms, bv_over_training_sets, bv_bias_definition, bv_cross_terms; kNN variance (probe)"""
    r = rng(12)
    f = lambda x: np.sin(3 * x)
    x0, sigma, preds, errs = 0.9, 0.3, [], []
    for _ in range(20000):
        x = r.uniform(-1, 1, 30)
        y = f(x) + sigma * r.normal(size=30)
        pred = np.polyval(np.polyfit(x, y, 1), x0)
        preds.append(pred)
        errs.append((f(x0) + sigma * r.normal() - pred) ** 2)
    total = (np.mean(preds) - f(x0)) ** 2 + np.var(preds) + sigma**2
    assert abs(np.mean(errs) / total - 1) < 0.03
    means = r.normal(size=(200000, 5)).mean(1)
    assert abs(means.var() - 1 / 5) < 0.01


def test_double_descent():
    """bv_double_descent: minimum-norm random features, test error peaks near n and falls again"""
    r, n = rng(13), 40
    w = r.normal(size=20) / math.sqrt(20)

    def error(p):
        out = []
        for _ in range(40):
            X, T = r.normal(size=(n, 20)), r.normal(size=(500, 20))
            F = r.normal(size=(20, p)) / math.sqrt(20)
            A, B = np.maximum(X @ F, 0), np.maximum(T @ F, 0)
            beta = np.linalg.pinv(A) @ (X @ w + 0.3 * r.normal(size=n))
            out.append(np.mean((B @ beta - T @ w) ** 2))
        return np.median(out)

    at, after = error(40), error(800)
    assert error(10) < at and after < at / 3


def test_imbalance_numbers():
    """imb_accuracy, imb_precision_numbers, imb_resampling_shifts, imb_roc_ignores_prevalence, imb_pr_curve, imb_threshold_from_cost"""
    tp, fp = 0.9 * 0.001 * 1e6, 0.01 * 0.999 * 1e6
    assert round(tp) == 900 and round(fp) == 9990
    assert abs(tp / (tp + fp) - 0.0826) < 0.0005
    beta, p = sp.symbols("beta p", positive=True)
    sampled = p / (p + beta * (1 - p))
    assert sp.simplify(sampled / (1 - sampled) - p / (1 - p) / beta) == 0
    r = rng(14)
    pos, neg = r.normal(size=400) + 1, r.normal(size=4000)
    auc = lambda a, b: (a[:, None] > b[None]).mean()
    assert abs(auc(pos, neg) - auc(pos, neg[:400])) < 0.02
    aps = []
    for _ in range(40):  # random ranking: average precision close to the prevalence
        y = np.zeros(20000)
        y[:200] = 1
        y = r.permutation(y)
        hits = np.flatnonzero(y) + 1
        aps.append(np.mean(np.arange(1, 201) / hits))
    assert abs(np.mean(aps) - 0.01) < 0.002
    # Alert when p * c_fn > (1 - p) * c_fp: the threshold is a matter of costs.
    cfn, cfp = sp.symbols("c_fn c_fp", positive=True)
    assert sp.solve(sp.Eq(p * cfn, (1 - p) * cfp), p) == [cfp / (cfn + cfp)]


def test_calibration():
    """cal_auc_blind, cal_temperature, cal_definition, cal_by_segment; ECE is zero for the base rate"""
    r = rng(15)
    p = r.uniform(size=4000)
    y = r.uniform(size=4000) < p
    auc = lambda s: (s[y][:, None] > s[~y][None]).mean()
    assert auc(p) == auc(p**2)
    assert abs(y.mean() - p.mean()) < 0.03 and abs(y.mean() - (p**2).mean()) > 0.1
    logits = r.normal(size=(50, 7))
    soft = lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True)
    a, b = soft(logits), soft(logits / 3)
    assert (a.argmax(1) == b.argmax(1)).all() and (a.max(1) > b.max(1)).all()
    q, t = sp.symbols("q t", positive=True)  # log loss and Brier are proper
    assert sp.simplify(sp.diff(-t * sp.log(q) - (1 - t) * sp.log(1 - q), q).subs(q, t)) == 0
    assert sp.simplify(sp.diff(t * (1 - q) ** 2 + (1 - t) * q**2, q).subs(q, t)) == 0
    assert abs((0.1 - 0.2) + (0.3 - 0.2)) < 1e-12  # two segments, 0.1 and 0.3, both scored 0.2


def test_feature_selection_leak():
    """leak_feature_selection: noise looks predictive when columns are chosen on all rows"""
    r = rng(16)
    n, outside, inside = 60, [], []
    for _ in range(15):
        X, y = r.normal(size=(n, 3000)), np.repeat([1.0, -1.0], n // 2)
        folds = r.permutation(n).reshape(5, -1)
        for names, chosen_on_all in ((outside, True), (inside, False)):
            hits = 0
            for test in folds:
                train = np.setdiff1d(np.arange(n), test)
                rows = np.arange(n) if chosen_on_all else train
                best = np.argsort(-np.abs(X[rows].T @ y[rows]))[:50]
                w = X[np.ix_(train, best)].T @ y[train]
                hits += (np.sign(X[np.ix_(test, best)] @ w) == y[test]).sum()
            names.append(hits / n)
    assert np.mean(outside) > 0.85 and np.mean(inside) < 0.58


def test_nested_optimism():
    """leak_nested: the best of many worthless configurations looks good on its own folds"""
    scores = rng(17).binomial(200, 0.5, size=(500, 100)) / 200
    assert scores.max(1).mean() > 0.57


# --- Tests and experiments ------------------------------------------------------------------


def test_ab_sample_size():
    """ab_sample_size, ab_formula, ab_quadratic, ab_cuped"""
    size = lambda p, q: (NORMAL_975 + NORMAL_80) ** 2 * (p * (1 - p) + q * (1 - q)) / (q - p) ** 2
    assert abs((NORMAL_975 + NORMAL_80) ** 2 - 7.85) < 0.01
    assert 31_000 < size(0.05, 0.055) < 31_500
    assert 3.8 < size(0.05, 0.0525) / size(0.05, 0.055) < 4.1
    r = rng(18)
    n = 31_231
    d = r.binomial(n, 0.055, 20000) / n - r.binomial(n, 0.05, 20000) / n
    se = math.sqrt((0.05 * 0.95 + 0.055 * 0.945) / n)
    assert abs((np.abs(d) / se > NORMAL_975).mean() - 0.8) < 0.015
    x = r.normal(size=200_000)
    y = 0.5 * x + math.sqrt(0.75) * r.normal(size=x.size)
    theta = np.cov(x, y)[0, 1] / x.var()
    assert abs((y - theta * (x - x.mean())).var() / y.var() - 0.75) < 0.01
    # A 51 to 49 split of 62,462 users is five standard errors off.
    assert 0.01 / math.sqrt(0.25 / 62_462) > 4.9


def test_peeking():
    """ab_peeking: daily looks for four weeks give several times five percent"""
    days = rng(19).normal(size=(20000, 28)).cumsum(1) / np.sqrt(np.arange(1, 29))
    assert 0.2 < (np.abs(days) > 1.96).any(1).mean() < 0.35


def test_session_metric_variance():
    """ab_unit: treating sessions as independent understates the variance"""
    r = rng(20)
    means, naive = [], []
    for _ in range(1500):
        k = r.integers(1, 10, 300)
        rate = r.beta(1, 3, 300)
        hits = r.binomial(k, rate)
        p = hits.sum() / k.sum()
        means.append(p)
        naive.append(p * (1 - p) / k.sum())
    assert np.mean(naive) < 0.6 * np.var(means)


def test_missing_data():
    """miss_complete_case, miss_mean_imputation, miss_multiple_imputation"""
    r = rng(22)
    n = 100_000
    x = r.normal(size=n)
    y = 0.6 * x + 0.8 * r.normal(size=n)
    mcar, mar, mnar = (
        r.uniform(size=n) < 0.3,
        r.uniform(size=n) < 1 / (1 + np.exp(1 - 2 * x)),
        y > 0.5,
    )
    assert abs(y[~mcar].mean()) < 0.02 and y[~mar].mean() < -0.15 and y[~mnar].mean() < -0.3
    filled = np.where(mcar, y[~mcar].mean(), y)
    assert filled.var() < 0.75 * y.var()
    assert np.corrcoef(x, filled)[0, 1] < 0.55 < np.corrcoef(x, y)[0, 1]
    # Rubin's rules cover where one filled-in data set taken at face value does not.
    covered = {"rubin": 0, "single": 0}
    for _ in range(1000):
        m, n = 20, 60
        z = r.normal(size=n)
        gone = r.uniform(size=n) < 0.5
        seen = z[~gone]
        k = seen.size
        q, u = [], []
        for _ in range(m):
            s2 = seen.var(ddof=1) * (k - 1) / r.chisquare(k - 1)
            mu = seen.mean() + math.sqrt(s2 / k) * r.normal()
            whole = np.where(gone, mu + math.sqrt(s2) * r.normal(size=n), z)
            q.append(whole.mean())
            u.append(whole.var(ddof=1) / n)
        total = np.mean(u) + (1 + 1 / m) * np.var(q, ddof=1)
        covered["rubin"] += abs(np.mean(q)) < 2.02 * math.sqrt(total)
        covered["single"] += abs(q[0]) < 2.0 * math.sqrt(u[0])
    assert covered["rubin"] > 920 and covered["single"] < 860


def test_naive_bayes():
    """nb_log_linear, nb_smoothing, nb_overconfident"""
    counts, alpha = np.array([3, 0, 7]), 1.0
    probs = (counts + alpha) / (counts.sum() + alpha * 3)
    assert np.isclose(probs.sum(), 1) and probs.min() > 0
    log_odds = lambda copies: copies * math.log(0.6 / 0.4)  # one word, copied
    sig = lambda z: 1 / (1 + math.exp(-z))
    assert np.isclose(sig(log_odds(1)), 0.6) and sig(log_odds(10)) > 0.98
    assert 0.001**200 == 0.0  # the product underflows


def test_coin():
    """est_mle_one, est_beta_posterior, est_map_value, est_bayes_predictive, est_reparametrisation"""
    t, e = sp.symbols("theta eta", positive=True)
    post = t**3 * t * (1 - t)
    norm = sp.integrate(post, (t, 0, 1))
    assert norm == sp.beta(5, 2).rewrite(sp.gamma).simplify() == sp.Rational(1, 30)
    assert sp.Rational(4, 5) in sp.solve(sp.diff(post, t), t)
    assert sp.integrate(t * post, (t, 0, 1)) / norm == sp.Rational(5, 7)
    # In log odds the Jacobian is theta (1 - theta): the mode moves to 5/7.
    moved = post * t * (1 - t)
    assert sp.Rational(5, 7) in sp.solve(sp.diff(moved, t), t)
    # Probe: three thousand heads in three thousand tosses.
    assert (3000 + 2 - 1) / (3000 + 4 - 2) > 0.999


def test_multiple_testing():
    """mt_expect_five, mt_uniform_p, mt_family_wise, mt_bonferroni, mt_benjamini_hochberg"""
    assert 100 * 0.05 == 5 and 1 - 0.95**100 > 0.99 and 0.05 / 100 == 0.0005
    assert 1 - sum(math.comb(100, k) * 0.05**k * 0.95 ** (100 - k) for k in range(2)) > 0.96
    r, fdp, m, q = rng(23), [], 100, 0.1
    z = r.normal(size=(4000, m))
    z[:, :20] += 3
    tail = np.vectorize(lambda v: math.erfc(abs(v) / math.sqrt(2)))(z)
    for p in tail:
        order = np.sort(p)
        ok = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
        cut = order[ok[-1]] if ok.size else -1
        rejected = p <= cut
        fdp.append(rejected[20:].sum() / max(1, rejected.sum()))
    assert np.mean(fdp) <= q and max(fdp) > 0  # bounded on average, not for each experiment
    # Bonferroni under full dependence: still at most the level.
    same = np.abs(r.normal(size=100000)) > 3.4808  # z of 0.0005, two-sided
    assert same.mean() <= 0.05
    # Probe: two p-values of 0.0001 do survive Bonferroni.
    assert 0.0001 < 0.0005


# --- Graphs ---------------------------------------------------------------------------------


def ring(n):
    return np.roll(np.eye(n), 1, 0) + np.roll(np.eye(n), -1, 0)


def colours(A, rounds=10):
    c = [0] * len(A)
    for _ in range(rounds):
        c = [(c[i], tuple(sorted(c[j] for j in np.flatnonzero(A[i])))) for i in range(len(A))]
        c = [hash(one) for one in c]
    return sorted(c)


def test_wl():
    """wl_upper_bound, wl_counterexample, wl_sum_injective, wl_remedies (a feature breaks the tie)"""
    six = ring(6)
    two = np.kron(np.eye(2), ring(3))
    assert colours(six) == colours(two)
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = 1
    path = np.diag(np.ones(4), 1)
    path = path + path.T
    assert colours(star) != colours(path)  # the "wrong" example is wrong
    assert (
        np.trace(six @ six @ six) == 0 and np.trace(two @ two @ two) == 12
    )  # triangle counts differ
    a, b = np.array([1.0, 2.0]), np.array([1.0, 1.0, 2.0, 2.0])
    assert a.mean() == b.mean() and a.max() == b.max() and a.sum() != b.sum()
    c = np.array([1.0, 2.0, 2.0])
    assert a.max() == c.max() and a.mean() != c.mean()
    # A plain sum of scalars is not injective; it takes an encoding first, here powers.
    assert sum([1, 3]) == sum([2, 2]) and sum(10**k for k in [1, 3]) != sum(10**k for k in [2, 2])


def test_oversmoothing():
    """os_mechanism, os_low_pass, os_limit_degree, os_measure, os_residuals"""
    r = rng(24)
    A = (r.uniform(size=(30, 30)) < 0.15).astype(float)
    A = np.maximum(np.triu(A, 1), np.triu(A, 1).T) + ring(30)
    A = np.minimum(A, 1) + np.eye(30)
    deg = A.sum(1)
    P = A / np.sqrt(np.outer(deg, deg))
    lam = np.linalg.eigvalsh(P)
    assert np.isclose(lam[-1], 1) and np.abs(lam[:-1]).max() < 1
    X = r.normal(size=(30, 4))
    deep = np.linalg.matrix_power(P, 400) @ X
    assert np.allclose(deep / np.sqrt(deg)[:, None], (deep / np.sqrt(deg)[:, None])[0])
    energy = lambda H: np.trace(H.T @ (np.eye(30) - P) @ H)
    H, es = X, []
    for _ in range(8):
        es.append(energy(H))
        H = P @ H
    assert all(b < a for a, b in itertools.pairwise(es))
    alpha, H = 0.1, X  # personalised PageRank keeps a teleport to the node's own features
    for _ in range(400):
        H = (1 - alpha) * P @ H + alpha * X
    scaled = H / np.sqrt(deg)[:, None]
    assert not np.allclose(scaled, scaled[0], atol=0.02)


# --- Gaussian processes and Bayesian optimisation ---------------------------------------------


def test_gp_posterior():
    """gp_joint_gaussian, gp_mean, gp_variance, gp_variance_ignores_y, gp_marginal_likelihood, gp_reverts_to_prior"""
    r = rng(25)
    x, s2 = r.uniform(-2, 2, 6)[:, None], 0.1
    y = np.sin(x[:, 0]) + 0.3 * r.normal(size=6)
    K = rbf(x, x, 0.5) + s2 * np.eye(6)

    def post(at, y):
        k = rbf(x, np.array([[at]]), 0.5)[:, 0]
        return k @ np.linalg.solve(K, y), 1 - k @ np.linalg.solve(K, k)

    joint = np.block(
        [[K, rbf(x, np.array([[0.4]]), 0.5)], [rbf(np.array([[0.4]]), x, 0.5), np.ones((1, 1))]]
    )
    precision = np.linalg.inv(joint)  # condition through the precision matrix
    mean, var = post(0.4, y)
    assert np.isclose(var, 1 / precision[-1, -1])
    assert np.isclose(mean, -precision[-1, :-1] @ y / precision[-1, -1])
    assert post(0.4, 100 * y)[1] == var
    assert np.allclose(post(50.0, y), (0, 1))
    quad, det = -y @ np.linalg.solve(K, y) / 2, -np.linalg.slogdet(K)[1] / 2
    L = np.linalg.cholesky(K)
    z = np.linalg.solve(L, y)
    assert np.isclose(quad + det, -z @ z / 2 - np.log(np.diag(L)).sum())
    wiggly = rbf(x, x, 500) + s2 * np.eye(6)  # the flexible kernel pays by its determinant
    assert np.linalg.slogdet(wiggly)[1] > np.linalg.slogdet(K)[1]


def test_expected_improvement():
    """bo_expected_improvement"""
    r = rng(26)
    for mean, sd, best in ((0.2, 0.5, 0.4), (1.0, 0.3, 0.4)):
        z = (mean - best) / sd
        ei = (mean - best) * phi_cdf(z) + sd * phi_pdf(z)
        draw = np.maximum(0, mean + sd * r.normal(size=2_000_000) - best).mean()
        assert abs(ei - draw) < 2e-3
        assert abs(ei - phi_cdf(z)) > 0.05  # not the probability of improvement


# --- Vision -----------------------------------------------------------------------------------


def test_convolution_arithmetic():
    """conv_output_formula, conv_output_size, conv_weights, conv_macs, conv_separable_count, conv_separable_ratio"""
    out = (224 + 2 * 1 - 3) // 2 + 1
    padded = np.zeros(226)
    assert out == 112 == len([i for i in range(0, 226, 2) if i + 3 <= padded.size])
    weights = 3 * 3 * 64 * 128
    assert weights == 73_728 and out * out == 12_544
    assert weights * out * out == 924_844_032
    separable = 9 * 64 + 64 * 128
    assert (9 * 64, 64 * 128, separable) == (576, 8_192, 8_768)
    assert (
        np.isclose(separable / weights, 1 / 128 + 1 / 9) and abs(weights / separable - 8.4) < 0.02
    )
    assert 2 * 9 < 25  # probe: two 3x3 see 5x5 with 18 against 25 weights a channel pair


def test_detection():
    """det_iou, det_coco_thresholds, det_small_boxes"""

    def shifted(side, by):
        inter = (side - by) ** 2
        return inter / (2 * side * side - inter)

    assert shifted(10, 2) < 0.5 and shifted(100, 2) > 0.9
    assert len(np.arange(0.5, 0.96, 0.05)) == 10


def test_vit():
    """vit_token_count, vit_quadratic; attention without positions is permutation equivariant"""
    assert (224 // 16) ** 2 == 196 and ((448 // 16) ** 2) ** 2 == 16 * 196**2
    r = rng(27)
    X, W = r.normal(size=(6, 4)), r.normal(size=(3, 4, 4))

    def attend(X):
        S = (X @ W[0]) @ (X @ W[1]).T / 2
        S = np.exp(S - S.max(1, keepdims=True))
        return S / S.sum(1, keepdims=True) @ X @ W[2]

    p = r.permutation(6)
    assert np.allclose(attend(X[p]), attend(X)[p])


# --- Text -------------------------------------------------------------------------------------


def test_sgns_pmi():
    """sgns_objective, sgns_pmi, sgns_noise_power"""
    x, k, joint, pw, pc = sp.symbols("x k p_wc p_w p_c", positive=True)
    sig = lambda z: 1 / (1 + sp.exp(-z))
    objective = joint * sp.log(sig(x)) + k * pw * pc * sp.log(sig(-x))
    at = sp.log(joint / (pw * pc)) - sp.log(k)
    assert sp.simplify(sp.diff(objective, x).subs(x, at)) == 0
    f = np.array([0.9, 0.09, 0.01])
    noise = f**0.75 / (f**0.75).sum()
    assert noise[2] > f[2] and noise[0] < f[0]


def test_crf():
    """crf_score, crf_loss, crf_forward, crf_viterbi, crf_gradient"""
    r, T, K = rng(28), 4, 3
    E, M = r.normal(size=(T, K)), r.normal(size=(K, K))
    score = lambda p, E=E, M=M: (
        sum(E[t, p[t]] for t in range(T)) + sum(M[p[t], p[t + 1]] for t in range(T - 1))
    )
    paths = list(itertools.product(range(K), repeat=T))

    def logz(E, M):
        a = E[0]
        for t in range(1, T):
            a = np.log(np.exp(a[:, None] + M).sum(0)) + E[t]
        return np.log(np.exp(a).sum())

    assert np.isclose(logz(E, M), np.log(sum(math.exp(score(p)) for p in paths)))
    v, back = E[0], []
    for t in range(1, T):
        s = v[:, None] + M
        back.append(s.argmax(0))
        v = s.max(0) + E[t]
    path = [int(v.argmax())]
    for b in reversed(back):
        path.append(int(b[path[-1]]))
    assert tuple(reversed(path)) == max(paths, key=score)
    gold = (0, 2, 1, 1)
    expected, observed = np.zeros((K, K)), np.zeros((K, K))
    for p in paths:
        for t in range(T - 1):
            expected[p[t], p[t + 1]] += math.exp(score(p) - logz(E, M))
    for t in range(T - 1):
        observed[gold[t], gold[t + 1]] += 1
    loss = lambda m: logz(E, m.reshape(K, K)) - score(gold, M=m.reshape(K, K))
    assert np.allclose(
        numeric_gradient(loss, M.ravel()).reshape(K, K), expected - observed, atol=1e-6
    )


# --- Forecasting --------------------------------------------------------------------------------


def test_quantile_loss_and_newsvendor():
    """fc_pinball, fc_newsvendor, fc_median_zero, fc_mape_fails"""
    r = rng(29)
    y = r.negative_binomial(1, 0.1, 20000).astype(float)
    pinball = lambda f, q: np.where(y >= f, q * (y - f), (1 - q) * (f - y)).mean()
    grid = np.arange(0, 60)
    assert abs(grid[np.argmin([pinball(f, 0.9) for f in grid])] - np.quantile(y, 0.9)) <= 1
    cost = [(9 * np.maximum(y - f, 0) + np.maximum(f - y, 0)).mean() for f in grid]
    assert abs(grid[np.argmin(cost)] - np.quantile(y, 0.9)) <= 1 and 9 / (9 + 1) == 0.9
    rare = np.where(r.uniform(size=20000) < 0.3, r.poisson(4, 20000), 0)
    assert np.argmin([np.abs(rare - f).mean() for f in range(10)]) == 0 and rare.mean() > 1
    z = np.exp(r.normal(size=50000))  # median 1, mean 1.65
    fs = np.linspace(0.05, 3, 600)
    best = fs[np.argmin([np.abs((z - f) / z).mean() for f in fs])]
    assert best < 0.6


def test_croston_bias():
    """fc_croston, fc_croston_bias: biased upward; times 1 - alpha/2 is nearly right"""
    r, alpha, p, size = rng(30), 0.3, 0.25, 5.0
    out = []
    z, gap, since = np.full(4000, size), np.full(4000, 1 / p), np.ones(4000)
    for step in range(400):
        hit = r.uniform(size=4000) < p
        z = np.where(hit, z + alpha * (r.poisson(size, 4000) - z), z)
        gap = np.where(hit, gap + alpha * (since - gap), gap)
        since = np.where(hit, 1, since + 1)
        if step > 100:
            out.append((z / gap).mean())
    true = p * size
    assert np.mean(out) > 1.08 * true
    assert abs(np.mean(out) * (1 - alpha / 2) / true - 1) < 0.06


def test_mint():
    """bt_coherence, bt_mint: unbiased base forecasts; MinT is coherent and no worse than bottom-up"""
    r = rng(31)
    S = np.array([[1, 1], [1, 0], [0, 1]])
    W = np.diag([0.5, 1.0, 2.0])
    P = np.linalg.inv(S.T @ np.linalg.inv(W) @ S) @ S.T @ np.linalg.inv(W)
    base = S @ [3, 4] + r.normal(size=(50000, 3)) * np.sqrt(np.diag(W))
    mint = base @ (S @ P).T
    bottom = base @ (S @ np.array([[0, 1, 0], [0, 0, 1]])).T
    assert np.allclose(P @ S, np.eye(2)) and np.allclose(mint[:, 0], mint[:, 1] + mint[:, 2])
    err = lambda f: ((f - S @ [3, 4]) ** 2).mean(0)
    assert (err(mint) <= err(bottom)).all() and (err(mint) <= np.diag(W)).all()


def test_stockouts_bias():
    """bt_stockouts: sales capped by stock understate demand"""
    demand = rng(32).poisson(6, 100000)
    assert np.minimum(demand, 6).mean() < 5.2


# --- Causal inference -----------------------------------------------------------------------------


def test_causal():
    """ci_confounding, ci_randomise, ci_instrument, ci_bad_controls, ci_overlap_weights, ci_parallel_trends"""
    r, n = rng(33), 400_000
    u = r.uniform(size=n)  # engagement
    use = r.uniform(size=n) < 0.1 + 0.8 * u
    churn = r.uniform(size=n) < 0.5 - 0.3 * u  # no effect at all
    assert churn[use].mean() - churn[~use].mean() < -0.05
    e = 0.1 + 0.8 * u
    ipw = np.mean(use * churn / e) - np.mean(~use * churn / (1 - e))
    assert abs(ipw) < 0.01
    # Encouragement: never, complier, always takers with different base churn; effect -0.05.
    kind = r.choice(3, n, p=[0.7, 0.1, 0.2])
    push = r.uniform(size=n) < 0.5
    d = (kind == 2) | ((kind == 1) & push)
    y = r.uniform(size=n) < np.array([0.4, 0.3, 0.2])[kind] - 0.05 * d
    itt, lift = y[push].mean() - y[~push].mean(), d[push].mean() - d[~push].mean()
    assert abs(lift - 0.1) < 0.01 and abs(itt + 0.005) < 0.005 and abs(itt / lift + 0.05) < 0.05
    assert np.isclose(-0.5 / 10, -0.05)  # half a point over ten points: five points
    # As treated is not the effect: those who take it up differ.
    assert y[push & d].mean() - y[push & ~d].mean() < -0.15
    # Collider: two independent causes, dependent once their common effect is selected.
    a, b = r.normal(size=n), r.normal(size=n)
    assert np.corrcoef(a[a + b > 1], b[a + b > 1])[0, 1] < -0.3
    # Mediator: adjusting for it removes a true effect that goes through it.
    t = r.normal(size=n)
    m = t + r.normal(size=n)
    o = m + r.normal(size=n)
    coef = np.linalg.lstsq(np.c_[t, m], o, rcond=None)[0]
    assert abs(coef[0]) < 0.01 and abs((t @ o) / (t @ t) - 1) < 0.01
    # Difference-in-differences: different levels, common trend, effect 2.
    g = r.integers(0, 2, n)
    before, after = 5 * g + r.normal(size=n), 5 * g + 1 + 2 * g + r.normal(size=n)
    change = after - before
    assert abs(change[g == 1].mean() - change[g == 0].mean() - 2) < 0.02


# --- Generative models ------------------------------------------------------------------------------


def test_elbo():
    """vae_elbo_terms, vae_elbo_gap, vae_jensen, vae_gaussian_kl, vae_collapse: p(z)=N(0,1), p(x|z)=N(z,s2)"""
    x, s2, mu, v = 0.9, 0.5, 0.3, 0.2
    kl = lambda m, v, m0, v0: 0.5 * (v / v0 + (m - m0) ** 2 / v0 - 1 - math.log(v / v0))
    assert np.isclose(kl(mu, v, 0, 1), 0.5 * (mu**2 + v - math.log(v) - 1))
    draw = mu + math.sqrt(v) * rng(34).normal(size=2_000_000)
    logn = lambda a, m, v: -0.5 * ((a - m) ** 2 / v + np.log(2 * np.pi * v))
    assert abs(np.mean(logn(draw, mu, v) - logn(draw, 0, 1)) - kl(mu, v, 0, 1)) < 2e-3
    recon = -0.5 * (((x - mu) ** 2 + v) / s2 + math.log(2 * math.pi * s2))
    elbo = recon - kl(mu, v, 0, 1)
    evidence = logn(x, 0, 1 + s2)
    pv = 1 / (1 + 1 / s2)
    assert elbo < evidence and np.isclose(evidence - elbo, kl(mu, v, pv * x / s2, pv))
    assert kl(0, 1, 0, 1) == 0


def test_reparametrisation():
    """vae_reparametrise, vae_low_variance: d/dmu E[(z-2)^2], both unbiased, one noisier"""
    eps = rng(35).normal(size=1_000_000)
    mu, sd = 0.5, 0.8
    z = mu + sd * eps
    path, score = 2 * (z - 2), (z - 2) ** 2 * (z - mu) / sd**2
    true = 2 * (mu - 2)
    assert abs(path.mean() - true) < 0.01 and abs(score.mean() - true) < 0.03
    assert score.var() > 5 * path.var()


def test_diffusion():
    """ddpm_closed_form, ddpm_alpha_bar, ddpm_score, ddpm_reverse_gaussian, cfg_formula, ddim_fewer_steps"""
    beta = np.linspace(1e-4, 0.02, 1000)
    bar = np.cumprod(1 - beta)
    assert bar[-1] < 1e-4
    mean, var = 1.0, 0.0
    for b in beta[:300]:
        mean, var = math.sqrt(1 - b) * mean, (1 - b) * var + b
    assert np.isclose(mean, math.sqrt(bar[299])) and np.isclose(var, 1 - bar[299])
    # Data N(0, 4): the best noise prediction equals -sqrt(1 - bar) times the score.
    a = bar[299]
    total = 4 * a + 1 - a
    best_eps = math.sqrt(1 - a) / total  # E[eps | x] = cov / var * x
    assert np.isclose(best_eps, -math.sqrt(1 - a) * (-1 / total))

    # Reverse step with two-point data: the excess kurtosis of x_{t-1} given x_t is small for small steps.
    def kurtosis(s, t):
        grid = np.linspace(-6, 6, 200001)
        dens = sum(np.exp(-((grid - math.sqrt(s) * m) ** 2) / (2 * (1 - s))) for m in (-1, 1))
        step = t / s
        xt = 0.0
        dens = dens * np.exp(-((xt - math.sqrt(step) * grid) ** 2) / (2 * (1 - step)))
        dens /= dens.sum()
        m = (grid * dens).sum()
        c = grid - m
        return (c**4 * dens).sum() / (c**2 * dens).sum() ** 2 - 3

    assert abs(kurtosis(0.9, 0.899)) < 0.02 < 0.5 < abs(kurtosis(0.9, 0.05))
    # DDIM with the exact noise prediction keeps the marginals for any subset of steps.
    for T in (50, 300):
        steps = np.unique(np.linspace(0, 999, T).astype(int))[::-1]
        var = 4 * bar[999] + 1 - bar[999]
        for t, s in itertools.pairwise(steps):
            e = math.sqrt(1 - bar[t]) / (4 * bar[t] + 1 - bar[t])
            gain = (
                math.sqrt(bar[s] / bar[t]) * (1 - math.sqrt(1 - bar[t]) * e)
                + math.sqrt(1 - bar[s]) * e
            )
            var *= gain**2
        want = 4 * bar[0] + 1 - bar[0]
        assert abs(var / want - 1) < (0.12 if T == 50 else 0.03), (T, var, want)
    uncond, cond, w = 1.0, 2.0, 3.0
    assert uncond + w * (cond - uncond) > cond  # extrapolates beyond the conditional


# --- Reinforcement learning ------------------------------------------------------------------------


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def test_policy_gradient():
    """pg_log_derivative, pg_baseline_unbiased, pg_advantage, pg_dynamics_cancel, pg_reward_to_go"""
    theta, R = np.array([0.2, -0.4, 0.7]), np.array([91.0, 95.0, 99.0])
    p = softmax(theta)
    grads = np.eye(3) - p  # row a: gradient of log pi(a)
    assert np.allclose(p @ grads, 0)
    exact = numeric_gradient(lambda t: softmax(t) @ R, theta)
    assert np.allclose((p * R) @ grads, exact, atol=1e-6)
    assert np.allclose((p * (R - 77)) @ grads, exact, atol=1e-6)
    var = lambda b: sum(p[a] * np.sum(((R[a] - b) * grads[a] - exact) ** 2) for a in range(3))
    assert var(p @ R) < var(0) / 100  # also the second probe
    # Two steps with random dynamics: enumerate trajectories.
    P1 = np.array([0.3, 0.8])  # P(state 1 | action)
    r1, r2 = np.array([1.0, 0.0]), np.array([[0.0, 2.0], [3.0, 1.0]])

    def total(t, weight=None):
        t = t.reshape(3, 2)  # start state, state 0, state 1
        out, grad, togo = 0.0, np.zeros((3, 2)), np.zeros((3, 2))
        for a, s, b in itertools.product(range(2), repeat=3):
            p0, p1 = softmax(t[0]), softmax(t[1 + s])
            prob = p0[a] * (P1[a] if s else 1 - P1[a]) * p1[b]
            g = np.zeros((3, 2))
            h = np.zeros((3, 2))
            g[0], h[1 + s] = np.eye(2)[a] - p0, np.eye(2)[b] - p1
            out += prob * (r1[a] + r2[s, b])
            grad += prob * (r1[a] + r2[s, b]) * (g + h)
            togo += prob * ((r1[a] + r2[s, b]) * g + r2[s, b] * h)
        return out, grad, togo

    t = rng(36).normal(size=6)
    exact = numeric_gradient(lambda t: total(t)[0], t).reshape(3, 2)
    assert np.allclose(total(t)[1], exact, atol=1e-6) and np.allclose(total(t)[2], exact, atol=1e-6)


def test_ppo_clip():
    """ppo_ratio_clip, ppo_zero_gradient, ppo_reuse"""
    eps = 0.2
    objective = lambda r, A: min(r * A, min(max(r, 1 - eps), 1 + eps) * A)
    slope = lambda r, A: (objective(r + 1e-6, A) - objective(r - 1e-6, A)) / 2e-6
    assert slope(1.3, 1.0) == 0 and np.isclose(slope(1.1, 1.0), 1)
    assert np.isclose(slope(0.7, 1.0), 1)  # still pulled back up
    assert slope(0.7, -1.0) == 0 and np.isclose(slope(1.3, -1.0), -1)
    old, new, R = np.array([0.5, 0.3, 0.2]), np.array([0.3, 0.3, 0.4]), np.array([1.0, 2.0, 5.0])
    assert np.isclose(np.sum(old * (new / old) * R), new @ R)


# --- Contrastive learning -----------------------------------------------------------------------------


def test_infonce():
    """nce_softmax, nce_bound, nce_temperature, nce_popularity, nce_collapse"""
    r, N, rho = rng(37), 32, 0.9
    x = r.normal(size=(3000, N))
    y = rho * x + math.sqrt(1 - rho**2) * r.normal(size=x.shape)
    # The best critic: log p(y|x) / p(y).
    ratio = lambda a, b: (
        -0.5 * np.log(1 - rho**2) - (b - rho * a) ** 2 / (2 * (1 - rho**2)) + b**2 / 2
    )
    scores = ratio(x[:, :, None], y[:, None, :])
    loss = (np.log(np.exp(scores).sum(-1)) - np.einsum("bii->bi", scores)).mean()
    mi = -0.5 * math.log(1 - rho**2)
    assert 0.5 < math.log(N) - loss < mi < math.log(N)
    assert np.isclose(np.log(np.exp(np.zeros(N)).sum()), math.log(N))  # constant towers: log N
    sims = np.array([0.9, 0.5, 0.1, -0.2])
    assert softmax(sims / 0.05)[0] > 0.99 and softmax(sims / 5)[0] < 0.35
    # Sampled softmax: negatives drawn by q; subtracting log q makes the estimate of the sum right.
    logits, q = np.array([1.0, 0.2, -0.5]), np.array([0.7, 0.2, 0.1])
    assert np.isclose(np.sum(q * np.exp(logits - np.log(q))), np.exp(logits).sum())
    assert not np.isclose(np.sum(q * np.exp(logits)), np.exp(logits).sum() / 3)


def test_docstrings_name_key_points_that_exist():
    """Every word_with_underscores in a docstring above is a key point or question of the YAML file."""
    ids = set(
        re.findall(
            r"- id: (\w+)",
            (Path(__file__).parent.parent.parent / "rubrics" / "ml_theory.yaml").read_text(),
        )
    )
    for name, test in list(globals().items()):
        if name.startswith("test_") and test.__doc__:
            named = set(re.findall(r"\b[a-z]+_[a-z_0-9]+\b", test.__doc__)) - {
                "x_",
                "word_with_underscores",
                "x_t",
            }
            assert named <= ids, (name, named - ids)
