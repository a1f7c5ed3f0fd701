"""Addresses of a project's money."""

from django.urls import path

from projects.views import books, desk, statements
from projects.views import tranches as views

urlpatterns = [
    path("projects/<str:ref>/money/", views.MoneyView.as_view(), name="money"),
    path("projects/<str:ref>/money/ledger.csv", views.LedgerExportView.as_view(),
         name="ledger_export"),
    path("projects/<str:ref>/money/plan/", views.TranchePlanView.as_view(), name="tranche_plan"),
    path("projects/<str:ref>/money/spending/", views.SpendingRecordView.as_view(),
         name="spending_record"),
    path("projects/<str:ref>/money/entries/<int:number>/correct/",
         views.CorrectionCreateView.as_view(), name="correction_create"),
    path("projects/<str:ref>/money/statement/", statements.StatementView.as_view(),
         name="statement"),
    path("projects/<str:ref>/money/statement/<slug:kind>/", statements.StatementView.as_view(),
         name="statement_file"),
    path("money/", desk.MoneyDeskView.as_view(), name="money_desk"),
    path("money/statement/", statements.PortfolioStatementView.as_view(),
         name="portfolio_statement"),
    path("money/statement/<slug:kind>/", statements.PortfolioStatementView.as_view(),
         name="portfolio_statement_file"),
    path("books/", books.BooksCloseView.as_view(), name="books_close"),
    path("tranches/<int:pk>/", views.TrancheDetailView.as_view(), name="tranche_detail"),
    path("tranches/<int:pk>/do/<slug:step>/", views.TrancheStepView.as_view(),
         name="tranche_step"),
    path("corrections/<int:pk>/do/<slug:step>/", views.CorrectionStepView.as_view(),
         name="correction_step"),
]  # fmt: skip
