"""Addresses of invoices and their payment."""

from django.urls import path

from vendors.views import invoice_files, invoices, rates

urlpatterns = [
    path("invoices/", invoices.InvoiceListView.as_view(), name="invoice_list"),
    path("invoices/mine/", invoices.MyInvoicesView.as_view(), name="my_invoices"),
    path("invoices/export/", invoice_files.ExportView.as_view(), name="invoice_export"),
    path("invoices/rates/", rates.RatesView.as_view(), name="rates"),
    path("invoices/rates/taxes/new/", rates.TaxRuleCreateView.as_view(), name="taxrule_create"),
    path("invoices/rates/terms/new/", rates.PaymentTermCreateView.as_view(),
         name="paymentterm_create"),
    path("invoices/<str:ref>/", invoices.InvoiceDetailView.as_view(), name="invoice_detail"),
    path("invoices/<str:ref>/correct/", invoices.InvoiceCorrectView.as_view(),
         name="invoice_correct"),
    path("invoices/<str:ref>/file/", invoice_files.InvoiceDocumentView.as_view(),
         name="invoice_document"),
    path("invoices/<str:ref>/receipt/", invoice_files.ReceiptView.as_view(),
         name="invoice_receipt"),
    path("invoices/<str:ref>/receipt.pdf", invoice_files.ReceiptFileView.as_view(),
         name="invoice_receipt_file"),
    path("invoices/<str:ref>/do/<slug:step>/", invoices.InvoiceStepView.as_view(),
         name="invoice_step"),
    path("orders/<str:ref>/invoices/new/", invoices.InvoiceCreateView.as_view(),
         name="invoice_create"),
]  # fmt: skip
